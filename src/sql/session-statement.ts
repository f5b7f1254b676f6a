import { type Body, bodyOf } from './ast.ts';
import { tableUseOf } from './ddl-statement.ts';
import { notSupported } from './refused.ts';
import type { Walk } from './walk.ts';

/** BEGIN, COMMIT, ROLLBACK, savepoints. */
export function transactionStatement(walk: Walk, body: Body<'TransactionStmt'>): void {
  const { effects } = walk.record;
  const name = body.savepoint_name ?? '';
  switch (body.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      effects.push({ kind: 'begin' });
      return;
    case 'TRANS_STMT_COMMIT':
      effects.push({ kind: 'commit' });
      break;
    case 'TRANS_STMT_ROLLBACK':
      effects.push({ kind: 'rollback' });
      break;
    case 'TRANS_STMT_SAVEPOINT':
      effects.push({ kind: 'savepoint', name });
      return;
    case 'TRANS_STMT_RELEASE':
      effects.push({ kind: 'release', name });
      return;
    case 'TRANS_STMT_ROLLBACK_TO':
      effects.push({ kind: 'rollback-to', name });
      return;
    default:
      throw notSupported('two-phase transactions are not carried', 'use COMMIT');
  }
  if (body.chain === true) effects.push({ kind: 'begin' });
}

export function discardStatement(walk: Walk, body: Body<'DiscardStmt'>): void {
  if (body.target === 'DISCARD_TEMP' || body.target === 'DISCARD_ALL')
    walk.record.effects.push({ kind: 'own-discarded' });
  if (body.target !== 'DISCARD_ALL') return;
  walk.record.effects.push(
    { kind: 'deallocate', name: null },
    { kind: 'own-cursor-closed', name: null },
    { kind: 'search-path', path: null, local: false },
    { kind: 'setting', name: 'all' },
  );
}

export function deallocateStatement(walk: Walk, body: Body<'DeallocateStmt'>): void {
  walk.record.effects.push({ kind: 'deallocate', name: body.isall === true ? null : (body.name ?? null) });
}

/** A lock keeps others from writing: it takes the right to update. */
export function lockStatement(walk: Walk, body: Body<'LockStmt'>): void {
  for (const node of body.relations ?? []) tableUseOf(walk, bodyOf(node, 'RangeVar') ?? {}, 'update');
}

export function truncateStatement(walk: Walk, body: Body<'TruncateStmt'>): void {
  for (const node of body.relations ?? []) tableUseOf(walk, bodyOf(node, 'RangeVar') ?? {}, 'truncate');
}
