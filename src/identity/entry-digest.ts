import { createHash } from 'node:crypto';
import type { IssuerSettings } from './issuer-settings.ts';

/** SHA-256 of what decides in an entry who a token makes, hex: where it is another, the token might make somebody else now. */
export function entryDigest(entry: IssuerSettings): string {
  const { issuer, audience, profile, groups, groupsFrom, subject } = entry;
  const require = sorted([...entry.require].map(([claim, values]) => [claim, values.toSorted()]));
  const mapping = groupsFrom?.mapping == null ? null : sorted([...groupsFrom.mapping]);
  const deciding = [issuer, audience, profile, require, groups, groupsFrom?.claim ?? null, mapping, subject];
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex');
}

/** By their names, which are all different. */
function sorted<Row extends readonly [string, unknown] | readonly unknown[]>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}
