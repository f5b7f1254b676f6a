import type { Denial } from '../../core/denial.ts';

/** Settings that the meaning of every byte hangs on. A target that reports anything else is left at once. */
const pinned: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
]);

/** What PostgreSQL reports by itself (manual 54.2.7). Anything else was made reportable, which makes it a channel. */
const standard: ReadonlySet<string> = new Set([
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'application_name',
  'client_encoding',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'is_superuser',
  'scram_iterations',
  'search_path',
  'server_encoding',
  'server_version',
  'session_authorization',
  'standard_conforming_strings',
]);

/** Why a setting that the target reports ends the session, or null. */
export function settingFault(name: string, value: string, scrub: boolean): Denial | null {
  const wanted = pinned.get(name);
  if (wanted !== undefined && value !== wanted) return changed(name, wanted);
  if (!scrub || standard.has(name)) return null;
  return {
    code: 'not_supported',
    message: 'the target reported a setting that is not carried on a connection that protects values',
  };
}

/** Why the settings that a target reports at its start are not acceptable, or null. */
export function openingFault(reported: ReadonlyMap<string, string>): Denial | null {
  for (const [name, wanted] of pinned) {
    if (reported.get(name) !== wanted) return changed(name, wanted);
  }
  return null;
}

function changed(name: string, wanted: string): Denial {
  return {
    code: 'protocol_violation',
    message: `the setting ${name} is not ${wanted}, so statements and rows cannot be read reliably`,
    hint: `leave ${name} at ${wanted}`,
  };
}
