import { rfc3339 } from '../base/clock.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { spellRun } from './binding.ts';
import type { Grant } from './grant.ts';
import type { GrantScope } from './terms.ts';

/** What a grant of this request would cover, in a sentence. */
export function reachOfRequest(request: ApprovalRequest): string {
  const { subject, requester, connection, session, terms, binding } = request;
  const whose = requester.onBehalfOf === null ? requester.id : `${requester.id} on behalf of ${requester.onBehalfOf}`;
  const what = subjects[subject];
  if (terms.scope === 'once')
    return `${what.once} by ${whose} on ${connection}, within ${span(terms.ttlMs)} of the decision`;
  return `${what.every} on ${connection} by ${whose}${within(terms.scope, session, binding.run)}, for ${span(terms.ttlMs)} from the decision`;
}

/** What it covers, in a sentence. `request` is what it was given for. */
export function reachOfGrant(grant: Grant, request: ApprovalRequest | null): string {
  const { kind, principal, connection } = grant;
  const until = `until ${rfc3339(grant.expiresAt).slice(0, 19)}Z`;
  if (kind.kind === 'break-glass')
    return `everything that asks for an approval on ${connection} by ${principal}, ${until}`;
  const person = request?.requester.onBehalfOf ?? null;
  const whose = person === null ? principal : `${principal} on behalf of ${person}`;
  const what = subjects[kind.subject];
  if (kind.scope === 'once') return `${what.once} by ${whose} on ${connection}, ${until}`;
  return `${what.every} on ${connection} by ${whose}${within(kind.scope, kind.session, kind.binding.run)}, ${until}`;
}

/** `2h`, `90m`, `45s`: in the largest unit that leaves no rest. */
function span(ms: number): string {
  const [name, unit] = units.find(([, unit]) => ms >= unit && ms % unit === 0) ?? ['ms', 1];
  return `${ms / unit} ${name}`;
}

function within(scope: Exclude<GrantScope, 'once'>, session: string, run: string | null): string {
  if (scope === 'session') return ` in session ${session}`;
  return scope === 'run' && run !== null ? ` in run ${spellRun(run)}` : '';
}

const subjects = {
  statement: { once: 'this statement once, exactly as shown,', every: 'every statement of this shape' },
  connect: { once: 'one connection', every: 'every connection' },
} as const;

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];
