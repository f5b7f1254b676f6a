import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { CacheKeys } from './cache-key.ts';
import { type RequestBase, requestBase } from './cedar-request.ts';
import { combine } from './combine.ts';
import { coverColumns, isTouched } from './cover-columns.ts';
import type { Access, Decision, DecisionRequest } from './decision.ts';
import { DecisionCache } from './decision-cache.ts';
import { Evaluator } from './evaluator.ts';
import { accessesOf } from './form-accesses.ts';
import { loadPolicies } from './load-policies.ts';
import type { ListedPolicy, LoadedPolicy } from './loaded-policy.ts';
import { contextMentions } from './mentions.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyFault, PolicyFile } from './policy-fault.ts';
import { tellsColumnsApart } from './policy-scope.ts';

export type { PolicyFault, PolicyFile } from './policy-fault.ts';

/** A decision with what policy said of every access that was asked about. */
export interface Explained {
  readonly decision: Decision;
  readonly outcomes: readonly Outcome[];
}

/** The policies of a gateway: loaded whole or not at all, immutable. Evaluation that fails is a denial. */
export class PolicySet {
  /** SHA-256 over names and texts of the files, in the order of their names, in hexadecimal. */
  readonly digest: string;
  readonly policies: readonly ListedPolicy[];
  readonly #loaded: readonly LoadedPolicy[];
  readonly #evaluator: Evaluator;
  readonly #keys: CacheKeys;
  readonly #cache = new DecisionCache();
  readonly #asksColumns: boolean;
  /** Some policy asks how many rows a statement is expected to have. */
  readonly asksEstimates: boolean;
  /** A policy speaks of what results came to: every result must be counted before the next statement is decided. */
  readonly countsResults: boolean;

  /** Faults of all files at once: syntax, schema, names of entities, annotations. */
  static load(files: readonly PolicyFile[]): Result<PolicySet, readonly PolicyFault[]> {
    try {
      const loaded = loadPolicies(files);
      return loaded.ok ? ok(new PolicySet(digestOf(files), loaded.value)) : loaded;
    } catch {
      // Cedar gave up, as it does on expressions that nest too deeply. Nothing is loaded then.
      return err([{ file: files[0]?.name ?? '', line: 1, column: 1, message: 'the policies cannot be evaluated' }]);
    }
  }

  private constructor(digest: string, policies: readonly LoadedPolicy[]) {
    this.digest = digest;
    this.policies = policies.map(({ id, effect, description, file, line, annotations }) => ({
      id,
      effect,
      description,
      file,
      line,
      annotations,
    }));
    this.#loaded = policies;
    this.#evaluator = new Evaluator(digest, policies);
    this.#keys = new CacheKeys(policies);
    const mentions = contextMentions(policies.map(({ json }) => json.conditions));
    this.asksEstimates = mentions.has('statement.estimatedRows');
    this.countsResults = resultCounters.some((path) => mentions.has(path));
    this.#asksColumns = policies.some(({ json }) => tellsColumnsApart(json));
  }

  decide(request: DecisionRequest): Decision {
    const key = this.#keys.keyOf(request);
    if (key === null) return this.evaluate(request);
    const known = this.#cache.get(request.facts, key);
    if (known !== undefined) return known;
    const outcomes = this.#outcomes(request, true);
    const decision = combine(outcomes, request);
    // A failure may be of the moment; asking again costs less than a wrong "no" that stays.
    if (!outcomes.some(({ kind }) => kind === 'failed')) this.#cache.set(request.facts, key, decision);
    return decision;
  }

  /** The decision, worked out anew: what {@link decide} must equal. */
  evaluate(request: DecisionRequest): Decision {
    return combine(this.#outcomes(request, true), request);
  }

  /** Permits that grant nothing any more, since their `@validUntil` is over. */
  expired(at: Instant): readonly ListedPolicy[] {
    return this.#loaded.filter(({ terms }) => terms.validUntil !== null && terms.validUntil <= at);
  }

  /** False: it is refused whatever its tables and columns permit, for a routine it calls or a column that it filters by. */
  permitsBesideTables(request: DecisionRequest): boolean {
    const base = requestBase(request);
    return accessesOf(request.facts)
      .filter((access) => access.action !== 'unmask' && !isTableUse(access))
      .every((access) => {
        const { kind } = this.#evaluator.evaluate(base, access, request.context);
        return kind === 'permitted' || kind === 'held';
      });
  }

  /** The decision, with every access asked about even after one is refused. */
  explain(request: DecisionRequest): Explained {
    const outcomes = this.#outcomes(request, false);
    return { decision: combine(outcomes, request), outcomes };
  }

  #outcomes(request: DecisionRequest, untilRefused: boolean): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    // Where no policy tells a column from its table, the table's answer is its columns' too.
    const accesses = accessesOf(request.facts).filter((access) => this.#asksColumns || !isTouched(access));
    let base: RequestBase | null = null;
    for (const access of accesses) {
      let outcome: Outcome;
      try {
        base ??= requestBase(request);
        outcome = this.#evaluator.evaluate(base, access, request.context);
      } catch {
        outcome = { kind: 'failed', access, policies: [] };
      }
      outcomes.push(outcome);
      if (untilRefused && this.#refuses(outcome)) break;
    }
    return coverColumns(outcomes);
  }

  /** Nothing that is asked later can let the statement pass. */
  #refuses({ kind, access }: Outcome): boolean {
    if (access.action === 'unmask' || kind === 'permitted' || kind === 'held') return false;
    return kind !== 'unpermitted' || !this.#asksColumns || !isTableUse(access);
  }
}

/** A table and its columns may stand for each other: what is not permitted on one of them is no refusal yet. */
function isTableUse(access: Access): boolean {
  return access.resource.kind === 'table' || isTouched(access);
}

function digestOf(files: readonly PolicyFile[]): string {
  const hash = createHash('sha256');
  for (const { name, text } of [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    for (const part of [name, text]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest('hex');
}

/** What grows with results, and so is known only when they have come. */
const resultCounters = [
  ...['rows', 'bytes', 'classesRead'].map((name) => `session.${name}`),
  ...['rowsHour', 'rowsDay', 'bytesHour', 'bytesDay', 'classesReadDay'].map((name) => `principal.${name}`),
];
