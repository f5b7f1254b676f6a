import type { OwnCursor, OwnTable, SessionEffect } from '../core/facts.ts';

/** Where the relations of the session itself are named. */
export const ownSchema = 'pg_temp';

/**
 * What one session has made for itself. Immutable, plain data: it crosses to worker threads as it is. A name that is
 * `lost` exists or does not, with columns that are not known: every use of it is refused.
 */
export interface OwnObjects {
  readonly tables: ReadonlyMap<string, OwnTable | 'lost'>;
  /** Statements that PREPARE has named. No rollback takes them back. */
  readonly prepared: ReadonlyMap<string, object>;
  readonly cursors: ReadonlyMap<string, OwnCursor>;
  /** Code that is not reviewed ran, which may have made or dropped any. */
  readonly uncertain: boolean;
}

export const nothingOwn: OwnObjects = Object.freeze({
  tables: new Map<string, never>(),
  prepared: new Map<string, never>(),
  cursors: new Map<string, never>(),
  uncertain: false,
});

/** What the session has once a statement with these effects has completed. The same object where nothing changes. */
export function afterEffects(own: OwnObjects, effects: readonly SessionEffect[]): OwnObjects {
  return settled(effects.reduce(afterEffect, own));
}

/** What is left when a transaction has been committed. */
export function afterCommit(own: OwnObjects): OwnObjects {
  const tables = [...own.tables].filter(([, table]) => table === 'lost' || !table.endsWithTransaction);
  const cursors = [...own.cursors].filter(([, { hold }]) => hold);
  if (tables.length === own.tables.size && cursors.length === own.cursors.size) return own;
  return settled({ ...own, tables: new Map(tables), cursors: new Map(cursors) });
}

/** What a rollback from `now` to what was `then` leaves: tables come back, statements stay, cursors closed since do not reopen. */
export function afterRollback(then: OwnObjects, now: OwnObjects): OwnObjects {
  if (then === now) return now;
  const cursors = [...then.cursors].filter(([name, cursor]) => now.cursors.get(name) === cursor);
  if (now.prepared === then.prepared && cursors.length === then.cursors.size) return then;
  return settled({ ...then, prepared: now.prepared, cursors: new Map(cursors) });
}

/** Nothing that is there, or was, is known any more. */
export function allLost(own: OwnObjects): OwnObjects {
  return {
    ...own,
    cursors: new Map(),
    tables: new Map([...own.tables.keys()].map((name) => [name, 'lost' as const])),
    uncertain: true,
  };
}

export function isNothing({ tables, prepared, cursors, uncertain }: OwnObjects): boolean {
  return tables.size + prepared.size + cursors.size === 0 && !uncertain;
}

/** Sessions that have nothing share what is remembered of statements. */
function settled(own: OwnObjects): OwnObjects {
  return isNothing(own) ? nothingOwn : own;
}

function afterEffect(own: OwnObjects, effect: SessionEffect): OwnObjects {
  switch (effect.kind) {
    case 'own-made': {
      const { table, unlessThere } = effect;
      const known = own.tables.get(table.name);
      if (!unlessThere) return withTable(own, table.name, table);
      if (known !== undefined) return own;
      return withTable(own, table.name, own.uncertain ? 'lost' : table);
    }
    case 'own-prepared':
      return { ...own, prepared: new Map(own.prepared).set(effect.name, effect.statement) };
    case 'deallocate': {
      const prepared = without(own.prepared, effect.name);
      return prepared.size === own.prepared.size ? own : { ...own, prepared };
    }
    case 'own-cursor':
      return { ...own, cursors: new Map(own.cursors).set(effect.name, effect.cursor) };
    case 'own-cursor-closed': {
      const cursors = without(own.cursors, effect.name);
      return cursors.size === own.cursors.size ? own : { ...own, cursors };
    }
    case 'own-dropped': {
      const tables = new Map(own.tables);
      tables.delete(effect.name);
      return { ...own, tables };
    }
    case 'own-lost':
      return effect.name === null ? allLost(own) : withTable(own, effect.name, 'lost');
    case 'own-discarded':
      return { ...own, tables: new Map(), uncertain: false };
    case 'opaque':
      return own.uncertain ? own : { ...own, uncertain: true };
    default:
      return own;
  }
}

/** Null: nothing is left. */
function without<T>(map: ReadonlyMap<string, T>, name: string | null): ReadonlyMap<string, T> {
  if (name !== null && !map.has(name)) return map;
  const left = new Map(name === null ? [] : map);
  if (name !== null) left.delete(name);
  return left;
}

function withTable(own: OwnObjects, name: string, table: OwnTable | 'lost'): OwnObjects {
  return { ...own, tables: new Map(own.tables).set(name, table) };
}
