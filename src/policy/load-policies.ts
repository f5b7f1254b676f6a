import { type PolicyJson, policyToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '../base/result.ts';
import { type AnnotationFault, readTerms } from './annotations.ts';
import { errorText, indexOfByte } from './cedar-errors.ts';
import { idFault } from './entity-id.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import { deepestNesting, nestingOf } from './nesting.ts';
import { faultAt, type PolicyFault, type PolicyFile, placeOf } from './policy-fault.ts';
import { entities } from './policy-scope.ts';
import { type PolicySource, splitPolicies } from './split-policies.ts';
import { type Candidate, schemaFaults } from './validate-policies.ts';

/** Reads, checks and orders policies by file and line. Answers every fault that there is, in that order too. */
export function loadPolicies(files: readonly PolicyFile[]): Result<readonly LoadedPolicy[], readonly PolicyFault[]> {
  const faults: PolicyFault[] = [];
  const candidates: Candidate[] = [];
  const policies: LoadedPolicy[] = [];
  const byId = new Map<string, LoadedPolicy>();
  for (const file of [...files].sort((a, b) => compare(a.name, b.name))) {
    for (const source of splitPolicies(file.text)) {
      const json = parse(file, source, faults);
      if (json === null) continue;
      const candidate = { file, source, json };
      candidates.push(candidate);
      const policy = read(candidate, faults);
      policies.push(policy);
      const other = byId.get(policy.id);
      if (policy.id !== '' && other !== undefined) {
        const message = `@id("${policy.id}") is taken by the policy at ${other.file}:${other.line}`;
        faults.push(faultAt(file, annotationAt(source, 'id'), message));
      } else byId.set(policy.id, policy);
    }
  }
  faults.push(...schemaFaults(candidates));
  return faults.length === 0 ? ok(policies) : err(faults.sort(byPlace));
}

function parse(file: PolicyFile, source: PolicySource, faults: PolicyFault[]): PolicyJson | null {
  if (nestingOf(source.text) > deepestNesting) {
    const message = `the policy nests, or chains operators, more than ${deepestNesting} deep: use a set, or several policies`;
    faults.push(faultAt(file, source.start, message));
    return null;
  }
  const answer = policyToJson(source.text);
  if (answer.type === 'success') return answer.json;
  if (templateToJson(source.text).type === 'success') {
    faults.push(faultAt(file, source.start, 'templates (?principal, ?resource) are not supported: name the entity'));
    return null;
  }
  for (const error of answer.errors) {
    const at = source.start + indexOfByte(source.text, error.sourceLocations?.[0]?.start ?? 0);
    faults.push(faultAt(file, at, errorText(error)));
  }
  if (answer.errors.length === 0) faults.push(faultAt(file, source.start, 'the policy does not parse'));
  return null;
}

function read(candidate: Candidate, faults: PolicyFault[]): LoadedPolicy {
  const { file, source, json } = candidate;
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(json.annotations ?? {})) annotations[name] = value ?? '';
  const annotationFaults: AnnotationFault[] = [];
  const terms = readTerms(json.effect, annotations, annotationFaults);
  for (const fault of annotationFaults) {
    faults.push(faultAt(file, annotationAt(source, fault.annotation), fault.message));
  }
  for (const entity of entities([json.principal, json.resource, json.conditions])) {
    const message = idFault(entity.type, entity.id);
    if (message !== null) faults.push(faultAt(file, entityAt(source, entity.type), message));
  }
  return {
    id: terms.id,
    effect: json.effect,
    description: terms.description,
    file: file.name,
    line: placeOf(file.text, source.start).line,
    annotations,
    terms,
    json,
    text: source.text,
  };
}

/** Where an annotation stands; the start of the policy where it is missing. */
function annotationAt(source: PolicySource, name: string): number {
  return source.start + Math.max(0, source.text.search(new RegExp(`@${name}\\b`)));
}

/** Where the type is first named as the type of an entity: the nearest place that the parsed form leaves. */
function entityAt(source: PolicySource, type: string): number {
  return source.start + Math.max(0, source.text.indexOf(`${type}::`));
}

function byPlace(a: PolicyFault, b: PolicyFault): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
