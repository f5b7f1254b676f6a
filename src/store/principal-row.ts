import { instant } from '../base/clock.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { KnownPrincipal } from '../engine/ports.ts';

export interface PrincipalRow {
  readonly id: PrincipalId;
  readonly disabled: boolean;
  /** Null: never seen. */
  readonly seen: Omit<KnownPrincipal, 'disabled'> | null;
}

/** A row of `principals`. What was seen is written by this version alone, and is for people to read. */
export function parsePrincipalRow(row: Readonly<Record<string, unknown>>): PrincipalRow {
  const id = String(row.id) as PrincipalId;
  const disabled = row.disabled !== 0;
  if (typeof row.known !== 'string' || typeof row.last_seen !== 'number') return { id, disabled, seen: null };
  const seen = JSON.parse(row.known) as Omit<KnownPrincipal, 'disabled' | 'lastSeen'>;
  return { id, disabled, seen: { ...seen, lastSeen: instant(row.last_seen) } };
}
