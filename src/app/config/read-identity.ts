import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { IdentitySettings, WorkloadEntry } from './configuration.ts';
import { readExchange } from './read-exchange.ts';
import { readIssuers } from './read-issuers.ts';
import { readDuration } from './read-limits.ts';
import { readGroups, readPrincipal } from './read-principal.ts';
import { type Spot, whole } from './spot.ts';

/** `identity:`. */
export function readIdentity(spot: Spot): IdentitySettings | undefined {
  const fields = spot.fields(['issuers', 'workloads', 'roles', 'unlisted', 'exchange', 'tickets']);
  if (fields === undefined) return undefined;
  const issuers = fields.required('issuers', readIssuers);
  return whole<IdentitySettings>({
    issuers,
    workloads: fields.optional('workloads', [], (child) => readWorkloads(child, issuers)),
    roles: fields.optional('roles', { approver: [], auditor: [], admin: [] }, readRoles),
    unlisted: fields.optional('unlisted', 'accept' as const, (child) => child.oneOf(['accept', 'refuse'])),
    exchange: fields.optional('exchange', [], (child) => readExchange(child, issuers)),
    tickets: fields.optional('tickets', { lifetimeMs: ticketMs }, readTickets),
  });
}

function readWorkloads(
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): readonly WorkloadEntry[] | undefined {
  const seen = new Set<string>();
  return spot.list((item) => {
    const entry = readWorkload(item, issuers);
    if (entry !== undefined && seen.has(entry.principal))
      return item.fault('this principal is listed twice: remove one.');
    if (entry !== undefined) seen.add(entry.principal);
    return entry;
  });
}

function readWorkload(spot: Spot, issuers: readonly IssuerSettings[] | undefined): WorkloadEntry | undefined {
  const fields = spot.fields(['principal', 'owner', 'purpose', 'expires', 'vendor']);
  if (fields === undefined) return undefined;
  const text = (key: string) => fields.optional(key, null, (child) => child.text());
  return whole<WorkloadEntry>({
    principal: fields.required('principal', (child) => readPrincipal(child, issuers)),
    owner: text('owner'),
    purpose: fields.optional('purpose', null, (child) =>
      child.matching(/^[A-Z]{3,16}$/, 'an HL7 PurposeOfUse code, such as HOPERAT or TREAT'),
    ),
    expires: fields.optional('expires', null, readDay),
    vendor: text('vendor'),
  });
}

function readDay(spot: Spot): string | undefined {
  const text = spot.matching(/^\d{4}-\d{2}-\d{2}$/, 'a day, such as 2027-06-30');
  if (text === undefined) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
  return isReal ? text : spot.fault('there is no such day in the calendar.');
}

function readRoles(spot: Spot): IdentitySettings['roles'] | undefined {
  const fields = spot.fields(['approver', 'auditor', 'admin']);
  if (fields === undefined) return undefined;
  return whole<IdentitySettings['roles']>({
    approver: fields.optional('approver', [], readGroups),
    auditor: fields.optional('auditor', [], readGroups),
    admin: fields.optional('admin', [], readGroups),
  });
}

function readTickets(spot: Spot): IdentitySettings['tickets'] | undefined {
  const fields = spot.fields(['lifetime']);
  if (fields === undefined) return undefined;
  return whole<IdentitySettings['tickets']>({
    lifetimeMs: fields.optional('lifetime', ticketMs, (child) => readDuration(child, 60_000, longestTicketMs)),
  });
}

const ticketMs = 15 * 60_000;
/** A ticket is a password: what is needed longer is exchanged again. */
const longestTicketMs = 60 * 60_000;
