import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { type Origin, unknownOrigin } from '../core/principal.ts';
import { isJsonObject, type JsonObject, member } from './json-object.ts';
import { tokenRefused } from './refusal.ts';

/** The origin that a token states in the claims of GitHub Actions, which others have adopted. What is not stated is unknown. */
export function originOf(claims: JsonObject, platform: string): Result<Origin, Denial> {
  // `workflow` is free text of the author: it must never stand in for a `workflow_ref` that is there.
  const workflow = isStated(claims, 'workflow_ref') ? 'workflow_ref' : 'workflow';
  const stated = statedOrigin(claims, {
    repository: 'repository',
    repositoryId: 'repository_id',
    workflow,
    workflowCommit: 'workflow_sha',
    jobWorkflow: 'job_workflow_ref',
    ref: 'ref',
    refProtected: 'ref_protected',
    declaredCommit: 'sha',
    runId: 'run_id',
    attempt: 'run_attempt',
    job: 'check_run_id',
    trigger: 'event_name',
    environment: 'environment',
    actor: 'actor',
    actorId: 'actor_id',
    runner: 'runner_environment',
  });
  return stated.ok ? ok({ ...unknownOrigin, ...stated.value, platform }) : stated;
}

/**
 * Fields of the origin from the claims that state them. One that is there and cannot be read refuses the token: as unknown it
 * would slip past a forbid, and whoever names branches could choose that.
 */
export function statedOrigin(
  claims: JsonObject,
  fields: Readonly<Partial<Record<keyof Origin, string>>>,
): Result<Partial<Origin>, Denial> {
  const found: Partial<Record<keyof Origin, string>> = {};
  for (const [field, claim] of Object.entries(fields) as [keyof Origin, string][]) {
    if (!isStated(claims, claim)) continue;
    const text = asText(member(claims, claim));
    if (text === null) return err(unreadable(claim));
    found[field] = text;
  }
  return ok(found);
}

/** The same of members of an object within the claims, which need not be there. */
export function statedWithin(
  object: unknown,
  name: string,
  fields: Readonly<Partial<Record<keyof Origin, string>>>,
): Result<Partial<Origin>, Denial> {
  if (object === undefined || object === null) return ok({});
  return isJsonObject(object) ? statedOrigin(object, fields) : err(unreadable(name));
}

/** GitLab has null, and others have empty text, for what there is nothing to say about. */
export function isStated(claims: JsonObject, name: string): boolean {
  const value = member(claims, name);
  return value !== undefined && value !== null && value !== '';
}

/** Numbers and booleans have one spelling, which `require` compares too. */
function asText(value: unknown): string | null {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && isPlainText(value) ? value : null;
}

function unreadable(claim: string): Denial {
  return tokenRefused(
    `the origin of the token cannot be read: the claim ${JSON.stringify(claim)} is not plain text of at most 512 characters`,
    'rename the branch, workflow or environment that it names: shorter, and without characters that cannot be seen',
  );
}

/**
 * A claim that is short, printable text, or null. A longer one is not cut: a prefix could equal something that it is not.
 * Control, format and line-breaking characters would let a name look like another in a log.
 */
export function textClaim(claims: JsonObject, name: string): string | null {
  const value = member(claims, name);
  return typeof value === 'string' && isPlainText(value) ? value : null;
}

export function isPlainText(value: string): boolean {
  return value !== '' && value.length <= 512 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value);
}
