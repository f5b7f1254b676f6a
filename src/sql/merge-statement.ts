import { type Body, bodyOf } from './ast.ts';
import { notAnalysable, notSupported } from './refused.ts';
import { conjuncts, restrict } from './restriction.ts';
import type { Scope } from './scope.ts';
import { control, type QueryRows, type Walk } from './walk.ts';
import { assignments, knownColumn, openTarget, refuseProtected, returned } from './write-statement.ts';

/** MERGE, on connections that protect nothing: its joins and branches show too much to be labelled yet. */
export function mergeRows(walk: Walk, merge: Body<'MergeStmt'>, outer: Scope | null): QueryRows {
  if (walk.catalogue.protects)
    throw notSupported(
      'MERGE is not carried yet on a connection that protects columns',
      'use INSERT ... ON CONFLICT, or UPDATE and INSERT',
    );
  const { scope, relation, instance, place } = openTarget(walk, merge.relation, merge.withClause, outer);
  if (merge.sourceRelation === undefined || merge.joinCondition === undefined)
    throw notAnalysable('a MERGE without USING and ON', 'write both');
  scope.items.push(walk.fromItem(merge.sourceRelation, scope.withoutItems()));
  for (const part of conjuncts(merge.joinCondition)) control(walk, place.level, walk.value(part, place), 'join');
  restrict(walk, merge.joinCondition, new Set([instance]));
  for (const node of merge.mergeWhenClauses ?? []) {
    const clause = bodyOf(node, 'MergeWhenClause') ?? {};
    if (clause.condition !== undefined) control(walk, place.level, walk.value(clause.condition, place), 'where');
    for (const value of clause.values ?? []) refuseProtected(relation, '?', walk.value(value, place));
    switch (clause.commandType) {
      case 'CMD_UPDATE':
        walk.record.write(relation, 'update', assignments(walk, relation, clause.targetList ?? [], place), instance);
        break;
      case 'CMD_INSERT': {
        const columns = (clause.targetList ?? []).map((target) => bodyOf(target, 'ResTarget')?.name ?? '');
        for (const column of columns) knownColumn(relation, column);
        const assigned = columns.length > 0 ? columns : relation.columns.map((column) => column.name);
        walk.record.write(relation, 'insert', assigned, instance);
        break;
      }
      case 'CMD_DELETE':
        walk.record.write(relation, 'delete', [], instance);
        break;
      case 'CMD_NOTHING':
        break;
      default:
        throw notAnalysable(`MERGE with ${clause.commandType ?? '?'} is not analysed`, 'use UPDATE, INSERT or DELETE');
    }
  }
  return returned(walk, merge.returningClause, place);
}
