import type { Origin, Principal } from '../core/principal.ts';
import { isStated } from './cedar-request.ts';
import type { DecisionContext, DecisionRequest } from './decision.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import { contextMentions, type Mentions } from './mentions.ts';
import { sideOf, thresholdsOf } from './thresholds.ts';
import { usageCounts } from './usage.ts';

/**
 * What a decision is cached on beside its facts: the principal, the connection, and every attribute of the context that a
 * loaded policy mentions. Null where nothing may be cached, because a policy mentions the time.
 */
export class CacheKeys {
  readonly #mentions: Mentions;
  readonly #originFields: readonly (keyof Origin)[];
  readonly #parts: readonly ((request: DecisionRequest) => string)[];
  readonly #timed: boolean;
  #principals = new WeakMap<Principal, number>();
  readonly #numbers = new Map<string, number>();
  #next = 1;

  constructor(policies: readonly LoadedPolicy[]) {
    this.#mentions = contextMentions(policies.map(({ json }) => json.conditions));
    this.#timed = this.#mentions.has('time');
    this.#originFields = originFields.filter((field) => this.#mentions.has(`origin.${field}`));
    this.#parts = contextParts(policies, this.#mentions);
  }

  keyOf(request: DecisionRequest): string | null {
    if (this.#timed) return null;
    let key = `${this.#numberOf(request.principal)} ${request.connection}`;
    // Lengths keep a client's text from spelling the next part.
    for (const part of this.#parts) {
      const value = part(request);
      key += ` ${value.length}:${value}`;
    }
    return key;
  }

  /** A short stand-in for everything a policy can ask of a principal; worked out once per object. */
  #numberOf(principal: Principal): number {
    const known = this.#principals.get(principal);
    if (known !== undefined) return known;
    if (this.#numbers.size >= principalsKept) {
      this.#numbers.clear();
      this.#principals = new WeakMap();
    }
    const text = this.#describe(principal);
    const number = this.#numbers.get(text) ?? this.#next++;
    this.#numbers.set(text, number);
    this.#principals.set(principal, number);
    return number;
  }

  #describe({ kind, id, issuer, nature, groups, onBehalfOf, origin }: Principal): string {
    const actsFor = this.#mentions.has('onBehalfOf') ? onBehalfOf : null;
    const fields = this.#originFields.map((field) => origin[field]);
    return JSON.stringify([kind, id, issuer, nature, [...groups].sort(), actsFor, fields]);
  }
}

/** A reading of the request for each attribute beyond the principal that changes an answer. Those of the statement are in its facts. */
function contextParts(
  policies: readonly LoadedPolicy[],
  mentions: Mentions,
): readonly ((request: DecisionRequest) => string)[] {
  const parts: ((request: DecisionRequest) => string)[] = [];
  const conditions = policies.map(({ json }) => json.conditions);
  for (const [path, read] of numbers) {
    if (!mentions.has(path)) continue;
    const thresholds = thresholdsOf(conditions, path);
    parts.push(({ context }) => {
      const value = read(context);
      return value === null || thresholds === null ? `${value}` : sideOf(value, thresholds);
    });
  }
  if (mentions.has('session.classesRead')) parts.push(({ context }) => setText(context.session.classesRead));
  if (mentions.has('principal.classesReadDay')) parts.push(({ context }) => setText(context.principal.classesReadDay));
  if (mentions.has('source')) parts.push(({ context }) => context.source);
  if (mentions.has('purpose')) parts.push(({ context }) => JSON.stringify(context.purpose));
  else if (policies.some(({ terms }) => terms.purposeRequired)) parts.push(({ context }) => flag(context.purpose));
  if (mentions.has('ticket')) parts.push(({ context }) => JSON.stringify(context.ticket));
  if (mentions.has('reason')) parts.push(({ context }) => JSON.stringify(context.reason));
  else if (policies.some(({ terms }) => terms.reasonRequired)) parts.push(({ context }) => flag(context.reason));
  const ends = policies.flatMap(({ terms }) => terms.validUntil ?? []);
  // Between two ends the time changes nothing.
  if (ends.length > 0) parts.push(({ context }) => `${ends.filter((end) => context.time < end).length}`);
  return parts;
}

/** Counters: what a policy says of them changes at the numbers it compares them with, and nowhere else. */
const numbers: readonly (readonly [string, (context: DecisionContext) => number | null])[] = [
  ['session.statements', ({ session }) => Math.floor(session.statements)],
  ['session.rows', ({ session }) => Math.floor(session.rows)],
  ['session.bytes', ({ session }) => Math.floor(session.bytes)],
  ['statement.estimatedRows', ({ estimatedRows }) => (estimatedRows === null ? null : Math.floor(estimatedRows))],
  ['session.ageSeconds', ({ session }) => Math.floor(session.ageSeconds)],
  ...usageCounts.map(
    (name) => [`principal.${name}`, ({ principal }: DecisionContext) => Math.floor(principal[name])] as const,
  ),
];

function setText(names: readonly string[]): string {
  return JSON.stringify([...names].sort());
}

function flag(text: string | null): string {
  return isStated(text) ? '1' : '0';
}

const originFields: readonly (keyof Origin)[] = [
  'platform',
  'repository',
  'repositoryId',
  'workflow',
  'workflowCommit',
  'jobWorkflow',
  'ref',
  'refProtected',
  'declaredCommit',
  'runId',
  'attempt',
  'job',
  'trigger',
  'environment',
  'actor',
  'actorId',
  'runner',
];

const principalsKept = 10_000;
