import type { Relation } from '../core/catalogue.ts';
import { type Body, bodyOf, type Node } from './ast.ts';
import { ownSchema } from './own-objects.ts';
import { where } from './query.ts';
import { notAnalysable } from './refused.ts';
import type { FromItem, Scope } from './scope.ts';
import { clear } from './value.ts';
import { control, type Place, type QueryRows, type Walk } from './walk.ts';
import {
  assignments,
  behind,
  knownColumn,
  openTarget,
  refuseProtected,
  refuseUnkept,
  returned,
} from './write-statement.ts';

/** INSERT from VALUES, a query or defaults, with ON CONFLICT and RETURNING. */
export function insertRows(walk: Walk, insert: Body<'InsertStmt'>, outer: Scope | null): QueryRows {
  const { relation, instance, place } = openTarget(walk, insert.relation, insert.withClause, outer);
  // The query that gives the rows sees the WITH queries, not the target.
  const rows = insert.selectStmt === undefined ? null : walk.query(insert.selectStmt, place.scope.withoutItems());
  const named = (insert.cols ?? []).map((node) => targetName(walk, relation, node, place));
  const all = relation.columns.map((column) => column.name);
  const columns =
    named.length > 0 ? named : rows === null ? [] : rows.open === null ? all.slice(0, rows.fields.length) : all;
  for (const [at, field] of (rows?.fields ?? []).entries())
    refuseUnkept(walk, relation, columns[at] ?? '?', field.value);
  if (rows?.open !== undefined && rows.open !== null) refuseProtected(relation, '*', rows.open);
  walk.record.write(relation, 'insert', columns, instance);
  if (insert.onConflictClause !== undefined) onConflict(walk, insert.onConflictClause, relation, columns, place);
  const answered = returned(walk, insert.returningClause, place);
  // What it reads of its target are the rows it proposes, known by key.
  if (instance.read.size > 0) instance.restricted = true;
  return answered;
}

function targetName(walk: Walk, relation: Relation, node: Node, place: Place): string {
  const target = bodyOf(node, 'ResTarget');
  const name = target?.name ?? '';
  knownColumn(relation, name);
  for (const part of target?.indirection ?? []) refuseProtected(relation, name, walk.value(part, place));
  return name;
}

/** Whether a row was there already is visible: the columns that decide it are tested. */
function onConflict(
  walk: Walk,
  clause: Body<'OnConflictClause'>,
  relation: Relation,
  inserted: readonly string[],
  place: Place,
): void {
  const { infer } = clause;
  if (infer?.conname !== undefined && walk.catalogue.hasProtected(relation))
    throw notAnalysable(
      `ON CONFLICT ON CONSTRAINT does not say which columns of ${relation.schema}.${relation.name} it tests`,
      'name the columns: ON CONFLICT (column)',
    );
  for (const node of infer?.indexElems ?? []) {
    const element = bodyOf(node, 'IndexElem');
    const reference: Node | undefined =
      element?.name === undefined ? element?.expr : { ColumnRef: { fields: [{ String: { sval: element.name } }] } };
    if (reference !== undefined) control(walk, place.level, walk.value(reference, place), 'test');
  }
  if (infer?.whereClause !== undefined) control(walk, place.level, walk.value(infer.whereClause, place), 'test');
  if (infer === undefined)
    for (const column of walk.catalogue.protectedColumnsOf(relation))
      if (inserted.includes(column.column)) control(walk, place.level, { kind: 'bare', column }, 'test');
  if (clause.action !== 'ONCONFLICT_UPDATE') return;
  const beside: Place = { ...place, scope: place.scope.withoutItems() };
  beside.scope.items.push(...place.scope.items, excluded(relation, place.scope.items[0]));
  where(walk, clause.whereClause, beside, new Set());
  const [instance] = place.scope.items[0]?.instances ?? [];
  walk.record.write(relation, 'update', assignments(walk, relation, clause.targetList ?? [], beside), instance ?? null);
}

/**
 * The row that was proposed: the client's own values, proven to hold nothing protected; in a table of the session, what its
 * columns hold.
 */
function excluded(relation: Relation, target: FromItem | undefined): FromItem {
  const fields = (target?.names[0]?.fields ?? []).map((field) => ({
    ...field,
    value: relation.schema === ownSchema ? field.value : clear,
    origin: null,
  }));
  return behind({ fields, open: null, alias: 'excluded', schema: null, instance: null });
}
