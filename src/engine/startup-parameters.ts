import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { StatedName } from '../core/facts.ts';
import type { SessionId } from '../core/ids.ts';
import { splitPath } from '../sql/search-path-text.ts';
import { statedFault, statedValue } from './session-settings.ts';

/** What a client's startup parameters come to. */
export interface Startup {
  /** For the target. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Schemas that unqualified names are looked up in. */
  readonly path: readonly string[];
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly ticket: string | null;
}

/**
 * Sorts a client's startup parameters: a reviewed few go on to the target, `sluice.*` stops here, the pinned ones are ours,
 * anything else is refused by name. The path that the client states, or else the given one, becomes the session's search
 * path, so that it is certain.
 */
export function startupParameters(
  given: ReadonlyMap<string, string>,
  session: SessionId,
  path: readonly string[],
): Result<Startup, Denial> {
  const parameters = new Map<string, string>();
  let inForce = path;
  let spelt = '';
  const stated = new Map<StatedName, string | null>();
  for (const [name, value] of given) {
    const folded = name.toLowerCase();
    if (ignored.has(folded)) continue;
    if (folded === 'client_encoding') {
      if (!acceptedEncodings.has(encodingName(value))) return err(refusedEncoding);
    } else if (isStatable(folded)) {
      const name = statable[folded];
      const fault = statedFault(name, value);
      if (fault !== null) return err(fault);
      stated.set(name, statedValue(value));
    } else if (folded === 'search_path') {
      const names = splitPath(value);
      if (names === null) return err(refusedPath);
      inForce = names;
      // As the client wrote it, where it can be read in one way only: SHOW shows it.
      spelt = plainPath.test(value) ? value : names.map(quoteIdentifier).join(', ');
    } else if (forwarded.has(folded)) parameters.set(folded, value);
    else return err(refused(name));
  }
  parameters.set('application_name', `sluice/${session}`);
  parameters.set('client_encoding', 'UTF8');
  parameters.set('standard_conforming_strings', 'on');
  parameters.set('search_path', inForce === path ? path.map(quoteIdentifier).join(', ') : spelt);
  return ok({
    parameters,
    path: inForce,
    reason: stated.get('reason') ?? null,
    purpose: stated.get('purpose') ?? null,
    ticket: stated.get('ticket') ?? null,
  });
}

const statable = { 'sluice.reason': 'reason', 'sluice.purpose': 'purpose', 'sluice.ticket': 'ticket' } as const;

function isStatable(name: string): name is keyof typeof statable {
  return Object.hasOwn(statable, name);
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function refused(name: string): Denial {
  const shown = /^[A-Za-z_][A-Za-z0-9_.]{0,62}$/.test(name) ? ` "${name}"` : '';
  return {
    code: 'not_supported',
    message: `the startup parameter${shown} is not carried`,
    hint: `leave it out of the connection string; carried are search_path, ${[...forwarded].join(', ')}, ${Object.keys(statable).join(', ')}`,
  };
}

const plainPath = /^[a-z_][a-z0-9_]{0,62}( ?, ?[a-z_][a-z0-9_]{0,62})*$/;

const refusedPath: Denial = {
  code: 'not_supported',
  message: 'this search_path is not understood',
  hint: 'list schema names with commas',
};

const refusedEncoding: Denial = {
  code: 'not_supported',
  message: 'sessions through Sluice are in UTF-8',
  hint: 'set client_encoding to UTF8',
};

/** Identify nobody and reach nobody: the connection's name is taken from the login question, the rest is ours to set. */
const ignored = new Set(['user', 'database', 'application_name', 'fallback_application_name', 'replication']);

/** SQL_ASCII is what clients send that have no locale; they follow the encoding the target reports. */
const acceptedEncodings = new Set(['utf8', 'unicode', 'sqlascii', '']);

/** As PostgreSQL compares names of encodings: letters and digits alone, so that `'utf-8'`, quotes and all, is UTF8. */
function encodingName(value: string): string {
  return value.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Settings that change how values are written or how long things may take, and nothing about who sees what. */
const forwarded = new Set([
  'datestyle',
  'intervalstyle',
  'timezone',
  'extra_float_digits',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'jit',
]);
