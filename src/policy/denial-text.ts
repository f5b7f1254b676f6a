import { resourceName } from './cedar-request.ts';
import type { Access, DecisionRequest } from './decision.ts';
import { resourceLabel } from './form-accesses.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import { contextMentions } from './mentions.ts';
import type { Outcome, Withheld } from './outcome.ts';

/** What a "no" says, and the way forward. */
export interface DenialText {
  readonly message: string;
  readonly hint: string | null;
}

type Of<K extends Outcome['kind']> = Extract<Outcome, { readonly kind: K }>;

export function forbiddenText({ access, policies }: Of<'forbidden'>, request: DecisionRequest): DenialText {
  const [first] = policies;
  const description = first === undefined || first.description === '' ? '' : `: ${first.description}`;
  const label = resourceLabel(access.resource, request.connection);
  return {
    message: `denied by policy "${first?.id ?? ''}"${description}`,
    hint:
      boundingHint(access, policies, label) ??
      `no other policy can permit ${access.action} on ${label} while this one stands`,
  };
}

export function unpermittedText({ access, withheld }: Of<'unpermitted'>, request: DecisionRequest): DenialText {
  const message = `no policy permits ${accessLabel(access, request.connection)}`;
  const [first] = [...withheld].sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return { message, hint: permitHint(access, request) };
  const id = first.policy.id;
  switch (first.why) {
    case 'no-reason':
      return {
        message: `${message} without a reason`,
        hint: `policy "${id}" applies once ${stating(access, 'reason', '...')}${thenApproval(first)}`,
      };
    case 'no-purpose':
      return {
        message: `${message} without a purpose`,
        hint: `policy "${id}" applies once ${stating(access, 'purpose', 'TREAT')}${thenApproval(first)}`,
      };
    case 'expired':
      return {
        message,
        hint: `policy "${id}" permitted it until ${first.policy.annotations.validUntil ?? 'it ended'}`,
      };
    case 'not-by-name':
      return {
        message,
        hint: `policy "${id}" covers every action, but ${access.action} must be named in a policy's head`,
      };
  }
}

export function failedText({ policies }: Of<'failed'>): DenialText {
  const names = policies.map(({ id }) => `"${id}"`).join(', ');
  return {
    message: 'policy evaluation failed',
    hint:
      names === ''
        ? 'the request could not be put to policy; tell the operator of the gateway'
        : `policy ${names} ended in an error; tell its author`,
  };
}

export function heldText({ policies }: Of<'held'>): DenialText {
  const names = policies.map(({ id }) => `"${id}"`);
  const groups = approvers(policies).map((group) => `"${group}"`);
  const subject = names.length === 1 ? `policy ${names[0]} asks` : `policies ${names.join(', ')} ask`;
  return {
    message: `${subject} for an approval by ${groups.join(' or ')}`,
    hint: null,
  };
}

/** The groups any one of which may approve, sorted. */
export function approvers(policies: readonly LoadedPolicy[]): readonly string[] {
  return [...new Set(policies.flatMap(({ terms }) => terms.approval ?? []))].sort();
}

/** `filter on public.patients.ssn (used in where)` */
export function accessLabel(access: Access, connection: string): string {
  const use = access.use === null ? '' : ` (used in ${access.use})`;
  return `${access.action} on ${resourceLabel(access.resource, connection)}${use}`;
}

/** How a client states something, on the wire that leads to such a resource. */
function stating({ resource }: Access, name: 'reason' | 'purpose', value: string): string {
  const what = name === 'reason' ? 'a reason' : 'a purpose of use';
  if (resource.kind === 'route') return `the request states ${what} in its header sluice-${name}: ${value}`;
  return `the session states ${what}: SET sluice.${name} = '${value}', or connect with options='-c sluice.${name}=${value}'`;
}

/** The reader can do most about a reason that is missing. */
function rank({ why }: Withheld): number {
  return ['no-reason', 'no-purpose', 'expired', 'not-by-name'].indexOf(why);
}

function thenApproval({ policy }: Withheld): string {
  return policy.terms.approval === null ? '' : `; it then asks for an approval by "${policy.terms.approval}"`;
}

function boundingHint(access: Access, policies: readonly LoadedPolicy[], label: string): string | null {
  if (access.resource.kind !== 'table' && access.resource.kind !== 'column') return null;
  const mentions = contextMentions(policies.map(({ json }) => json.conditions));
  const ways = [
    ...(mentions.has('statement.filtered') && !access.filtered ? ['a WHERE condition that restricts its rows'] : []),
    ...(mentions.has('statement.limited') && !access.limited ? ['a constant LIMIT'] : []),
  ];
  return ways.length === 0 ? null : `give ${label} ${ways.join(' or ')}`;
}

function permitHint(access: Access, { principal, connection }: DecisionRequest): string {
  const { resource } = access;
  if (resource.kind === 'routine' && resource.routine.schema === null) {
    return `write ${resource.signature} with its schema: which routine it means is not known`;
  }
  const label = resourceLabel(resource, connection);
  const instead = access.use === null ? '' : `leave ${label} out of ${access.use}, or have it permitted: `;
  const who = principal.kind === 'workload' ? 'Workload' : 'User';
  const groups = principal.groups.slice(0, groupsShown).map((group) => ` or Group::${JSON.stringify(group)}`);
  const subject = `${who}::${JSON.stringify(principal.id)}${groups.join('')}`;
  return `${instead}a policy would have to permit ${access.action} on ${resourceName(resource, connection)} to ${subject}`;
}

/** Some issuers put hundreds of groups into a token. */
const groupsShown = 3;
