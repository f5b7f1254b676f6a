import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { cedarRequest, isStated, type RequestBase } from './cedar-request.ts';
import type { Access, DecisionContext } from './decision.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import { contextMentions } from './mentions.ts';
import type { Outcome, Why } from './outcome.ts';
import { actionsNamed } from './policy-scope.ts';
import { cedarSchema } from './schema.ts';

/** Asks Cedar about one access and reads the annotations of the policies that answered. */
export class Evaluator {
  readonly #name: string;
  readonly #rules: ReadonlyMap<string, Rule>;
  /** Some permit names `unmask`. */
  readonly #unmasks: boolean;
  /** Some policy asks for the class of a column. */
  readonly #classes: boolean;

  /** @param name must differ between sets of policies: Cedar keeps prepared sets by name, for the life of the process */
  constructor(name: string, policies: readonly LoadedPolicy[]) {
    this.#name = name;
    this.#rules = new Map(policies.map((policy) => [policy.id, { policy, actions: actionsNamed(policy.json) }]));
    this.#unmasks = [...this.#rules.values()].some(
      ({ policy, actions }) => policy.effect === 'permit' && actions?.has('unmask') === true,
    );
    this.#classes = contextMentions(policies.map(({ json }) => json.conditions)).has('class');
    prepareSchema();
    const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    const answer = preparsePolicySet(name, { staticPolicies: texts });
    if (answer.type === 'failure') throw new Error('validated policies cannot be prepared');
  }

  evaluate(base: RequestBase, access: Access, context: DecisionContext): Outcome {
    if (isUnresolved(access) || !this.#isWorthAsking(access)) return { kind: 'unpermitted', access, withheld: [] };
    const answer = statefulIsAuthorized({
      ...cedarRequest(base, access),
      preparsedSchemaName: schemaName,
      validateRequest: true,
      preparsedPolicySetId: this.#name,
    });
    if (answer.type === 'failure') return { kind: 'failed', access, policies: [] };
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) {
      return { kind: 'failed', access, policies: this.#named(diagnostics.errors.map((error) => error.policyId)) };
    }
    const determining = this.#named(diagnostics.reason);
    if (decision === 'allow') return this.#weigh(access, determining, context);
    if (determining.length > 0) return { kind: 'forbidden', access, policies: determining };
    return { kind: 'unpermitted', access, withheld: [] };
  }

  /** Among permits that apply: which count, and is any of them plain? */
  #weigh(access: Access, permits: readonly LoadedPolicy[], context: DecisionContext): Outcome {
    const weighed = permits.map((policy) => ({ policy, why: this.#whyWithheld(policy, access, context) }));
    const counting = weighed.filter(({ why }) => why === null).map(({ policy }) => policy);
    const plain = counting.filter(({ terms }) => terms.approval === null);
    if (plain.length > 0) return { kind: 'permitted', access, policies: plain };
    if (counting.length > 0) return { kind: 'held', access, policies: counting };
    return {
      kind: 'unpermitted',
      access,
      withheld: weighed.flatMap(({ policy, why }) => (why === null ? [] : [{ policy, why }])),
    };
  }

  #whyWithheld(policy: LoadedPolicy, access: Access, context: DecisionContext): Why | null {
    const { terms } = policy;
    const rule = this.#rules.get(policy.id);
    if (byName(access) && (rule === undefined || rule.actions === null)) return 'not-by-name';
    if (terms.validUntil !== null && !(context.time < terms.validUntil)) return 'expired';
    if (terms.reasonRequired && !isStated(context.reason)) return 'no-reason';
    if (terms.purposeRequired && !isStated(context.purpose)) return 'no-purpose';
    return null;
  }

  /** `unmask` is asked for every protected column of every result: where nothing grants it by name, Cedar need not be asked. */
  #isWorthAsking(access: Access): boolean {
    if (access.action !== 'unmask') return true;
    // A forbid on a class would not see a column whose class is not known here.
    return this.#unmasks && (access.class !== null || !this.#classes);
  }

  #named(ids: readonly string[]): readonly LoadedPolicy[] {
    return [...ids].sort().flatMap((id) => this.#rules.get(id)?.policy ?? []);
  }
}

interface Rule {
  readonly policy: LoadedPolicy;
  /** What its head names; null: every action. */
  readonly actions: ReadonlySet<string> | null;
}

/** Nothing can permit a routine of which not even the schema is known: a forbid could not find it. */
function isUnresolved({ resource }: Access): boolean {
  return resource.kind === 'routine' && resource.routine.schema === null;
}

/** Design, promise P2: what reveals a protected value, as it is or by inference, is granted by name or not at all. */
function byName({ action }: Access): boolean {
  return action === 'unmask' || action === 'filter';
}

/** Once per process: the schema is the same for every set of policies. */
function prepareSchema(): void {
  if (schemaPrepared) return;
  if (preparseSchema(schemaName, cedarSchema).type === 'failure') throw new Error('the shipped schema does not parse');
  schemaPrepared = true;
}

const schemaName = 'sluice';
let schemaPrepared = false;
