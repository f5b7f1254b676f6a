import { type Instant, instant } from '../base/clock.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { KnownPrincipal } from '../engine/ports.ts';
import { id, nullable, oneOf, parseContent, record, text, texts } from './row-shape.ts';
import type { PrincipalColumns } from './state-tables.ts';

export interface PrincipalRow {
  readonly id: PrincipalId;
  readonly disabled: boolean;
  /** Null: never seen. */
  readonly seen: Sighting | null;
}

/** What was seen of a principal, and when last. */
export type Sighting = Omit<KnownPrincipal, 'disabled' | 'lastSeen'> & { readonly lastSeen: Instant };

/** Throws a `StateFault` where the row is none of ours. */
export function parsePrincipalRow(row: PrincipalColumns): PrincipalRow {
  const { known, last_seen: at } = row;
  const seen =
    known === null || at === null ? null : { ...parseContent(shape, 'principals', known), lastSeen: instant(at) };
  // Anything but a plain 0 is a no.
  return { id: row.id as PrincipalId, disabled: row.disabled !== 0, seen };
}

/** The column `known`. */
export function knownText({ id, kind, display, issuer, groups, onBehalfOf }: Omit<Sighting, 'lastSeen'>): string {
  return JSON.stringify({ id, kind, display, issuer, groups, onBehalfOf });
}

const shape = record({
  id: id<PrincipalId>(),
  kind: oneOf('workload', 'user'),
  display: text,
  issuer: text,
  groups: texts,
  onBehalfOf: nullable(id<PrincipalId>()),
});
