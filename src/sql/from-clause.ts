import { type Body, bodyOf, kindOf, listItems, type Node, qualifiedName } from './ast.ts';
import { reviewCall } from './function-call.ts';
import { joined } from './join.ts';
import { notAnalysable } from './refused.ts';
import { aliased, closed, itemOf } from './row-shapes.ts';
import type { Field, FromItem, RowShape, Scope } from './scope.ts';
import { tableItem } from './table-reference.ts';
import { childrenOf } from './tree-search.ts';
import { checkType } from './type-name.ts';
import { clear, derivedFrom, type Value } from './value.ts';
import { control, Level, type Place, type Walk } from './walk.ts';

/** One item of a FROM list. `scope` is the query's own, holding the items to the left. */
export function fromItem(walk: Walk, node: Node, scope: Scope): FromItem {
  switch (kindOf(node)) {
    case 'RangeVar':
      return tableItem(walk, bodyOf(node, 'RangeVar') ?? {}, scope);
    case 'RangeSubselect':
      return subselectItem(walk, bodyOf(node, 'RangeSubselect') ?? {}, scope);
    case 'RangeFunction':
      return functionItem(walk, bodyOf(node, 'RangeFunction') ?? {}, scope);
    case 'JoinExpr':
      return joined(walk, bodyOf(node, 'JoinExpr') ?? {}, scope);
    case 'RangeTableSample':
      return sampledItem(walk, bodyOf(node, 'RangeTableSample') ?? {}, scope);
    case 'RangeTableFunc':
      return tableFunctionItem(walk, 'RangeTableFunc', bodyOf(node, 'RangeTableFunc') ?? {}, scope);
    case 'JsonTable':
      return tableFunctionItem(walk, 'JsonTable', bodyOf(node, 'JsonTable') ?? {}, scope);
    default:
      throw notAnalysable(`FROM with ${kindOf(node)} is not analysed yet`, 'write the statement without it');
  }
}

/** Without LATERAL a sub-select does not see the items to its left: names go on to the outer query. */
function subselectItem(walk: Walk, body: Body<'RangeSubselect'>, scope: Scope): FromItem {
  if (body.subquery === undefined) throw notAnalysable('a sub-select without a query', 'write the query');
  const outside = body.lateral === true ? scope : scope.withoutItems();
  const rows = walk.query(body.subquery, outside);
  return {
    ...itemOf(aliased(rows, body.alias), body.alias?.aliasname ?? null),
    instances: rows.instances,
    influence: rows.influence,
  };
}

function functionItem(walk: Walk, body: Body<'RangeFunction'>, scope: Scope): FromItem {
  const level = new Level();
  const place: Place = { scope, level, output: false };
  const own = body.functions?.length === 1 ? (body.alias?.aliasname ?? null) : null;
  const shapes = (body.functions ?? []).map((entry) => functionShape(walk, listItems(entry), place, own));
  for (const column of body.coldeflist ?? []) checkColumn(walk, column);
  const value = derivedFrom(
    shapes.flatMap((shape) => [...shape.fields.map((field) => field.value), shape.open ?? clear]),
  );
  const named: RowShape[] =
    body.coldeflist === undefined ? shapes : [closed(body.coldeflist.map((column) => defined(column, value)))];
  if (body.ordinality === true) named.push(closed([{ name: 'ordinality', value: clear, origin: null }]));
  const shape: RowShape = {
    fields: named.flatMap((part) => part.fields),
    open: named.some((part) => part.open !== null) ? value : null,
  };
  // How many rows a function returns may depend on its arguments.
  control(walk, level, value, 'limit');
  const onlyName = body.functions?.length === 1 ? callName(body.functions[0]) : null;
  const alias = body.alias?.aliasname ?? onlyName;
  return { ...itemOf(aliased(shape, body.alias), alias), influence: level.influence };
}

function functionShape(walk: Walk, [call, definitions]: readonly Node[], place: Place, alias: string | null): RowShape {
  if (call === undefined) throw notAnalysable('a FROM function without a call', 'write the call');
  const value = walk.value(call, place);
  // Without a column list the parser leaves an empty node.
  const columns = definitions === undefined ? [] : (bodyOf(definitions, 'List')?.items ?? []);
  for (const column of columns) checkColumn(walk, column);
  if (columns.length > 0) return closed(columns.map((column) => defined(column, value)));
  const body = bodyOf(call, 'FuncCall');
  const review = body === null ? null : reviewCall(walk, body);
  const single = body === null || review?.rows === 'column';
  return single ? closed([{ name: columnName(body, alias), value, origin: null }]) : { fields: [], open: value };
}

/** The single column has the name of the function's result where it has one, else the alias, else the function's name. */
function columnName(body: Body<'FuncCall'> | null, alias: string | null): string | null {
  const name = body === null ? null : (qualifiedName(body.funcname)?.at(-1) ?? null);
  if (name === null) return null;
  return name.endsWith('_array_elements') || name.endsWith('_array_elements_text') ? 'value' : (alias ?? name);
}

function defined(column: Node, value: Value): Field {
  return { name: bodyOf(column, 'ColumnDef')?.colname ?? null, value, origin: null };
}

function checkColumn(walk: Walk, column: Node): void {
  const type = bodyOf(column, 'ColumnDef')?.typeName;
  if (type !== undefined) checkType(walk.catalogue, type);
}

function callName(entry: Node | undefined): string | null {
  const [call] = entry === undefined ? [] : listItems(entry);
  const body = call === undefined ? null : bodyOf(call, 'FuncCall');
  return body === null ? null : (qualifiedName(body.funcname)?.at(-1) ?? null);
}

function sampledItem(walk: Walk, body: Body<'RangeTableSample'>, scope: Scope): FromItem {
  const method = qualifiedName(body.method)?.at(-1) ?? '';
  if (method !== 'system' && method !== 'bernoulli')
    throw notAnalysable(`TABLESAMPLE ${method} is not reviewed`, 'use SYSTEM or BERNOULLI');
  if (body.relation === undefined) throw notAnalysable('TABLESAMPLE without a table', 'name the table');
  const item = fromItem(walk, body.relation, scope);
  const level = new Level();
  for (const node of [...(body.args ?? []), body.repeatable]) {
    if (node !== undefined) control(walk, level, walk.value(node, { scope, level, output: false }), 'limit');
  }
  return { ...item, influence: new Set([...item.influence, ...level.influence]) };
}

/** XMLTABLE and JSON_TABLE: every column may tell what any expression inside tells. */
function tableFunctionItem(
  walk: Walk,
  kind: 'RangeTableFunc' | 'JsonTable',
  body: Body<'RangeTableFunc'> | Body<'JsonTable'>,
  scope: Scope,
): FromItem {
  const level = new Level();
  const place: Place = { scope, level, output: false };
  const values: Value[] = [];
  const visit = (inner: string, of: object): void => {
    for (const child of childrenOf(inner, of)) {
      const childKind = kindOf(child);
      if (nested.has(childKind)) visit(childKind, bodyOf(child, childKind) ?? {});
      else values.push(walk.value(child, place));
    }
  };
  visit(kind, body);
  const value = derivedFrom(values);
  control(walk, level, value, 'limit');
  const shape = aliased({ fields: [], open: value }, body.alias);
  return { ...itemOf(shape, body.alias?.aliasname ?? null), influence: level.influence };
}

const nested = new Set<string>(['RangeTableFuncCol', 'JsonTableColumn', 'JsonTablePathSpec', 'TypeName']);
