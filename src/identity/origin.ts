import { type Origin, unknownOrigin } from '../core/principal.ts';
import { type JsonObject, member } from './json-object.ts';

/** The origin that a token states in the claims of GitHub Actions, which others have adopted. What is not stated is unknown. */
export function originOf(claims: JsonObject, platform: string): Origin {
  const stated = (name: string): string | null => textClaim(claims, name);
  return {
    ...unknownOrigin,
    platform,
    repository: stated('repository') ?? 'unknown',
    repositoryId: stated('repository_id') ?? 'unknown',
    workflow: stated('workflow_ref') ?? stated('workflow') ?? 'unknown',
    workflowCommit: stated('workflow_sha') ?? 'unknown',
    jobWorkflow: stated('job_workflow_ref') ?? 'unknown',
    ref: stated('ref') ?? 'unknown',
    refProtected: stated('ref_protected') ?? 'unknown',
    declaredCommit: stated('sha') ?? 'unknown',
    runId: stated('run_id') ?? 'unknown',
    attempt: stated('run_attempt') ?? 'unknown',
    job: stated('check_run_id') ?? 'unknown',
    trigger: stated('event_name') ?? 'unknown',
    environment: stated('environment') ?? 'unknown',
    actor: stated('actor') ?? 'unknown',
    actorId: stated('actor_id') ?? 'unknown',
    runner: stated('runner_environment') ?? 'unknown',
  };
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
