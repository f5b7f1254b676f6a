import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../base/result.ts';
import { CacheKeys } from './cache-key.ts';
import { type RequestBase, requestBase } from './cedar-request.ts';
import { combine } from './combine.ts';
import type { Access, Decision, DecisionRequest } from './decision.ts';
import { DecisionCache } from './decision-cache.ts';
import { Evaluator } from './evaluator.ts';
import { accessesOf } from './form-accesses.ts';
import { loadPolicies } from './load-policies.ts';
import type { ListedPolicy, LoadedPolicy } from './loaded-policy.ts';
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
  readonly #evaluator: Evaluator;
  readonly #keys: CacheKeys;
  readonly #cache = new DecisionCache();
  readonly #asksColumns: boolean;

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
    this.#evaluator = new Evaluator(digest, policies);
    this.#keys = new CacheKeys(policies);
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

  /** The decision, with every access asked about even after one is refused. */
  explain(request: DecisionRequest): Explained {
    const outcomes = this.#outcomes(request, false);
    return { decision: combine(outcomes, request), outcomes };
  }

  #outcomes(request: DecisionRequest, untilRefused: boolean): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    const accesses = accessesOf(request.facts).filter((access) => this.#asksColumns || !isCoveredByTable(access));
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
      if (untilRefused && refuses(outcome)) break;
    }
    return outcomes;
  }
}

function refuses({ kind, access }: Outcome): boolean {
  return access.action !== 'unmask' && kind !== 'permitted' && kind !== 'held';
}

/** Reading or assigning a column, where no policy tells a column from its table. */
function isCoveredByTable({ action, resource }: Access): boolean {
  return resource.kind === 'column' && action !== 'filter' && action !== 'unmask';
}

function digestOf(files: readonly PolicyFile[]): string {
  const hash = createHash('sha256');
  for (const { name, text } of [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    for (const part of [name, text]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest('hex');
}
