import type { Relation } from '../core/catalogue.ts';
import { type Body, bodyOf, type Node } from './ast.ts';
import { ownSchema } from './own-objects.ts';
import { selectList, where } from './query.ts';
import { notAnalysable, protectedUse, undefinedName } from './refused.ts';
import { closed } from './row-shapes.ts';
import { type RowShape, Scope } from './scope.ts';
import { shownName } from './shown-name.ts';
import type { TableInstance } from './table-instance.ts';
import { instanceItem } from './table-reference.ts';
import { labelsOf, listed, type Value } from './value.ts';
import { Level, type Place, type QueryRows, type Walk } from './walk.ts';
import { defineCtes } from './with-clause.ts';

/** UPDATE: target and FROM beside each other, assignments, RETURNING. */
export function updateRows(walk: Walk, update: Body<'UpdateStmt'>, outer: Scope | null): QueryRows {
  const { scope, relation, instance, place } = openTarget(walk, update.relation, update.withClause, outer);
  for (const node of update.fromClause ?? []) scope.items.push(walk.fromItem(node, scope));
  where(walk, update.whereClause, place, instancesOf(scope));
  const columns = assignments(walk, relation, update.targetList ?? [], place);
  walk.record.write(relation, 'update', columns, instance);
  return returned(walk, update.returningClause, place);
}

export function deleteRows(walk: Walk, statement: Body<'DeleteStmt'>, outer: Scope | null): QueryRows {
  const { scope, relation, instance, place } = openTarget(walk, statement.relation, statement.withClause, outer);
  for (const node of statement.usingClause ?? []) scope.items.push(walk.fromItem(node, scope));
  where(walk, statement.whereClause, place, instancesOf(scope));
  walk.record.write(relation, 'delete', [], instance);
  return returned(walk, statement.returningClause, place);
}

/** The target of a write: never a WITH query, always the first item of the scope. */
export function openTarget(
  walk: Walk,
  range: Body<'RangeVar'> | undefined,
  clause: Body<'WithClause'> | undefined,
  outer: Scope | null,
) {
  if (range === undefined) throw notAnalysable('a statement without a target', 'name a table');
  const scope = new Scope(outer);
  defineCtes(walk, clause, scope);
  const relation = targetRelation(walk, range);
  const item = instanceItem(walk, range, relation);
  scope.items.push(item);
  const [instance] = item.instances;
  if (instance === undefined) throw new Error('a table without its instance');
  const place: Place = { scope, level: new Level(), output: false };
  return { scope, relation, instance, place };
}

/** SET clauses: answers the columns that are assigned. */
export function assignments(walk: Walk, relation: Relation, targets: readonly Node[], place: Place): readonly string[] {
  const columns = new Set<string>();
  for (const node of targets) {
    const target = bodyOf(node, 'ResTarget');
    const name = target?.name ?? '';
    knownColumn(relation, name);
    columns.add(name);
    for (const part of target?.indirection ?? [])
      refuseProtected(relation, name, walk.value(part, { ...place, output: true }));
    if (target?.val === undefined) continue;
    refuseUnkept(walk, relation, name, walk.value(target.val, { ...place, output: true }));
  }
  return [...columns];
}

/** Writing a protected value anywhere would let it be read where nothing protects it. */
export function refuseProtected(relation: Relation, column: string, value: Value): void {
  if (labelsOf(value).length === 0) return;
  throw protectedUse(
    `a value of ${listed(value)} would be written to ${relation.schema}.${relation.name}.${column}`,
    'write literals or parameters, or values of columns that are not protected',
  );
}

/** A table of the session may keep the values of the very protected column that a column of it holds. */
export function refuseUnkept(walk: Walk, relation: Relation, column: string, value: Value): void {
  const kept = relation.schema === ownSchema ? walk.catalogue.protectedColumn(relation, column) : null;
  if (kept === null || value.kind !== 'bare' || value.column !== kept) refuseProtected(relation, column, value);
}

export function knownColumn(relation: Relation, name: string): void {
  if (!relation.columns.some((column) => column.name === name))
    throw undefinedName(
      'undefined_column',
      `column "${shownName(name)}" of relation "${relation.schema}.${relation.name}" is not in the catalogue of this connection`,
      'check the name; a column made a moment ago appears at the next refresh of the catalogue',
    );
}

/** RETURNING, in which `old` and `new` (or their aliases) are the target too. */
export function returned(walk: Walk, clause: Body<'ReturningClause'> | undefined, place: Place): QueryRows {
  const influence = place.level.influence;
  if (clause === undefined) return { ...closed([]), influence, instances: [] };
  const scope = new Scope(place.scope.parent, place.scope.items);
  const [target] = place.scope.items;
  const aliases = new Map([
    ['OLD', 'old'],
    ['NEW', 'new'],
  ]);
  for (const node of clause.options ?? []) {
    const option = bodyOf(node, 'ReturningOption');
    if (option?.value !== undefined)
      aliases.set(option.option === 'RETURNING_OPTION_OLD' ? 'OLD' : 'NEW', option.value);
  }
  const taken = new Set(place.scope.items.flatMap((item) => item.names).map((rows) => rows.alias));
  for (const alias of aliases.values()) {
    const rows = target?.names[0];
    if (rows !== undefined && !taken.has(alias)) scope.items.push(behind({ ...rows, alias, schema: null }));
  }
  const ctes = scopeWithCtes(place.scope, scope);
  const shape: RowShape = selectList(walk, clause.exprs ?? [], { ...place, scope: ctes });
  return { ...shape, influence, instances: [] };
}

/** Rows that only a qualifier reaches. */
export function behind(rows: Scope['items'][number]['names'][number]): Scope['items'][number] {
  return { fields: [], open: null, names: [rows], instances: [], influence: new Set() };
}

/** Items of one scope, WITH queries of another. */
function scopeWithCtes(from: Scope, items: Scope): Scope {
  const scope = from.withoutItems();
  scope.items.push(...items.items);
  return scope;
}

function targetRelation(walk: Walk, range: Body<'RangeVar'>): Relation {
  const named = walk.names.relation(range);
  if (named.kind === 'system')
    throw notAnalysable(
      `${named.schema}.${shownName(named.name)} cannot be written to`,
      'write to a table of your own',
    );
  const { relation } = named;
  if (walk.catalogue.protects && relation.kind !== 'table' && relation.kind !== 'partitioned')
    throw notAnalysable(
      `${relation.schema}.${relation.name} is not a plain table (${relation.kind})`,
      'write to the tables behind it',
    );
  return relation;
}

function instancesOf(scope: Scope): ReadonlySet<TableInstance> {
  return new Set(scope.items.flatMap((item) => item.instances));
}
