import type { Relation } from '../core/catalogue.ts';
import type { Body } from './ast.ts';
import { notAnalysable } from './refused.ts';
import { aliased, itemOf } from './row-shapes.ts';
import type { Field, FromItem, RowShape, Scope } from './scope.ts';
import { shownName } from './shown-name.ts';
import type { TableInstance } from './table-instance.ts';
import { bare, clear } from './value.ts';
import type { Walk } from './walk.ts';

/** A table name in FROM: a CTE, a table of the catalogue, or a relation of the system schemas. */
export function tableItem(walk: Walk, range: Body<'RangeVar'>, scope: Scope): FromItem {
  const name = range.relname ?? '';
  const cte = range.schemaname === undefined ? scope.cte(name) : null;
  if (cte?.kind === 'unready')
    throw notAnalysable(
      `the WITH query "${shownName(name)}" is used before it is defined`,
      'write WITH queries in the order of their use',
    );
  if (cte !== null) {
    const item = itemOf(aliased(cte.shape, range.alias), range.alias?.aliasname ?? name);
    return { ...item, influence: cte.influence };
  }
  const named = walk.names.relation(range);
  if (named.kind === 'system') return systemItem(walk, range, named);
  return instanceItem(walk, range, readable(walk, named.relation));
}

/** The rows of a table, on record as read from. */
export function instanceItem(walk: Walk, range: Body<'RangeVar'>, relation: Relation): FromItem {
  const instance = walk.record.read(relation);
  const shape = aliased(tableShape(walk, instance), range.alias);
  const alias = range.alias?.aliasname ?? relation.name;
  const schema = range.alias === undefined ? relation.schema : null;
  return { ...itemOf(shape, null), names: [{ ...shape, alias, schema, instance }], instances: [instance] };
}

export function tableShape(walk: Walk, instance: TableInstance): RowShape {
  const { relation } = instance;
  const fields = relation.columns.map((column): Field => {
    const hidden = walk.catalogue.protectedColumn(relation, column.name);
    return {
      name: column.name,
      value: hidden === null ? clear : bare(hidden),
      origin: { instance, column: column.name },
    };
  });
  return { fields, open: null };
}

function readable(walk: Walk, relation: Relation): Relation {
  if (relation.kind === 'composite')
    throw notAnalysable(`"${relation.schema}.${relation.name}" is a type, not a table`, 'name a table');
  if (!walk.catalogue.protects || tables.has(relation.kind)) return relation;
  throw notAnalysable(
    `${relation.schema}.${relation.name} is not a plain table (${relation.kind}): views are not analysed yet where a connection protects columns`,
    'read the tables behind it',
  );
}

const tables = new Set<Relation['kind']>(['table', 'partitioned', 'sequence']);

/** Columns of system relations are not in the snapshot: any name is one, and none is protected. */
function systemItem(
  walk: Walk,
  range: Body<'RangeVar'>,
  named: { readonly schema: string; readonly name: string; readonly reviewed: boolean },
): FromItem {
  if (!named.reviewed) {
    if (walk.catalogue.protects)
      throw notAnalysable(
        `${named.schema}.${shownName(named.name)} may show protected values or other sessions`,
        'leave it to database administrators on a connection that protects columns',
      );
    walk.record.write({ schema: named.schema, name: named.name }, 'select', [], null);
  }
  const shape = aliased({ fields: [], open: clear }, range.alias);
  const alias = range.alias?.aliasname ?? named.name;
  const schema = range.alias === undefined ? named.schema : null;
  return { ...itemOf(shape, null), names: [{ ...shape, alias, schema, instance: null }] };
}
