import { type DetailedError, type PolicyJson, type ValidationError, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { errorText, indexOfByte } from './cedar-errors.ts';
import { faultAt, type PolicyFault, type PolicyFile } from './policy-fault.ts';
import { cedarSchema } from './schema.ts';
import type { PolicySource } from './split-policies.ts';

/** A policy that parses. */
export interface Candidate {
  readonly file: PolicyFile;
  readonly source: PolicySource;
  readonly json: PolicyJson;
}

/**
 * Validates against the shipped schema. Warnings are faults too: each of them says that a policy can never apply, or that a
 * name in it is not the one it looks like. Where a policy has an error, its warnings only repeat it and are left out.
 */
export function schemaFaults(candidates: readonly Candidate[]): readonly PolicyFault[] {
  const answer = validate({
    schema: cedarSchema,
    validationSettings: { mode: 'strict' },
    policies: { staticPolicies: Object.fromEntries(candidates.map(({ source }, index) => [`${index}`, source.text])) },
  });
  if (answer.type === 'failure') {
    const [first] = candidates;
    const message = `the policies cannot be validated: ${answer.errors.map(errorText).join('; ')}`;
    return [first === undefined ? { file: '', line: 1, column: 1, message } : faultAt(first.file, 0, message)];
  }
  const wrong = new Set(answer.validationErrors.map((error) => error.policyId));
  const warnings = answer.validationWarnings.filter((warning) => !wrong.has(warning.policyId));
  const errors = firstBy(answer.validationErrors, ({ policyId, error }) => `${policyId} ${startOf(error)}`);
  return [...errors, ...firstBy(warnings, ({ policyId }) => policyId)].map((error) => faultOf(error, candidates));
}

/**
 * One of those that say the same: Cedar repeats an error for every action that the policy covers, and follows "no applicable
 * action" with "is impossible". It answers in no order, so the first by the alphabet stands for them.
 */
function firstBy(
  all: readonly ValidationError[],
  keyOf: (error: ValidationError) => string,
): readonly ValidationError[] {
  const first = new Map<string, ValidationError>();
  for (const error of all) {
    const known = first.get(keyOf(error));
    if (known === undefined || rank(error) < rank(known)) first.set(keyOf(error), error);
  }
  return [...first.values()];
}

/** "is impossible" says least. */
function rank({ error }: ValidationError): string {
  return `${error.message.includes('impossible') ? 1 : 0} ${error.message}`;
}

function startOf(error: DetailedError): number {
  return error.sourceLocations?.[0]?.start ?? 0;
}

function faultOf({ policyId, error }: ValidationError, candidates: readonly Candidate[]): PolicyFault {
  const candidate = candidates[Number(policyId)];
  if (candidate === undefined) return { file: '', line: 1, column: 1, message: errorText(error) };
  const { file, source } = candidate;
  return faultAt(file, source.start + indexOfByte(source.text, startOf(error)), errorText(error));
}
