import { type Body, bodyOf, type Kind, kindOf, type Node } from './ast.ts';
import { columnReference } from './column-reference.ts';
import { functionValue } from './function-call.ts';
import { impliedEquality, operatorName } from './operator-name.ts';
import { notAnalysable } from './refused.ts';
import { shownName } from './shown-name.ts';
import { childrenOf } from './tree-search.ts';
import { checkType } from './type-name.ts';
import { clear, derivedFrom, fromColumns, type Value } from './value.ts';
import { control, type Place, tested, type Walk } from './walk.ts';
import { windowValue } from './window.ts';

/** What an expression may tell: the union of what its parts tell, unless it is a plain column. Unknown nodes are refused. */
export function expressionValue(walk: Walk, node: Node, place: Place): Value {
  const kind = kindOf(node);
  const rule = rules[kind] as ((walk: Walk, body: object, place: Place) => Value) | undefined;
  if (rule === undefined)
    throw notAnalysable(`expressions with ${kind} are not analysed yet`, 'write the statement without it');
  return rule(walk, bodyOf(node, kind) ?? {}, place);
}

type Rule<K extends Kind> = (walk: Walk, body: Body<K>, place: Place) => Value;

const rules: { readonly [K in Kind]?: Rule<K> } = {
  A_Const: () => clear,
  ParamRef: () => clear,
  SetToDefault: () => clear,
  SQLValueFunction: () => clear,
  MergeSupportFunc: () => clear,
  ColumnRef: columnReference,
  A_Expr: operatorValue,
  FuncCall: functionValue,
  SubLink: subLinkValue,
  CaseExpr: caseValue,
  BoolExpr: (walk, body, place) => tested(walk, place, union(walk, body.args, place)),
  NullTest: (walk, body, place) => tested(walk, place, union(walk, [body.arg], place)),
  BooleanTest: (walk, body, place) => tested(walk, place, union(walk, [body.arg], place)),
  CoalesceExpr: (walk, body, place) => tested(walk, place, union(walk, body.args, place)),
  MinMaxExpr: (walk, body, place) => tested(walk, place, union(walk, body.args, place)),
  JsonIsPredicate: (walk, body, place) => tested(walk, place, union(walk, [body.expr], place)),
  RowExpr: (walk, body, place) => union(walk, body.args, place),
  A_ArrayExpr: (walk, body, place) => union(walk, body.elements, place),
  GroupingFunc: (walk, body, place) => union(walk, body.args, place),
  NamedArgExpr: (walk, body, place) => union(walk, [body.arg], place),
  CollateClause: (walk, body, place) => union(walk, [body.arg], place),
  MultiAssignRef: (walk, body, place) => union(walk, [body.source], place),
  List: (walk, body, place) => union(walk, body.items, place),
  A_Indirection: (walk, body, place) =>
    derivedFrom([union(walk, [body.arg], place), union(walk, body.indirection, place)]),
  A_Indices: (walk, body, place) => union(walk, [body.lidx, body.uidx], place),
  // `(e).f` is a call where `f` is no field but a routine that takes the row.
  String: (walk, { sval = '' }) => {
    if (walk.catalogue.protects && walk.catalogue.routinesNamed(sval).length > 0) {
      throw notAnalysable(
        `.${shownName(sval)} may call a routine, and what it would return cannot be determined`,
        'name a column of the table itself',
      );
    }
    return clear;
  },
  A_Star: () => clear,
  TypeCast: (walk, body, place) => {
    if (body.typeName !== undefined) checkType(walk.catalogue, body.typeName);
    return union(walk, [body.arg], place);
  },
  ResTarget: (walk, body, place) => union(walk, [body.val], place),
  XmlExpr: inside('XmlExpr'),
  XmlSerialize: inside('XmlSerialize'),
  JsonValueExpr: inside('JsonValueExpr'),
  JsonKeyValue: inside('JsonKeyValue'),
  JsonArgument: inside('JsonArgument'),
  JsonObjectConstructor: inside('JsonObjectConstructor'),
  JsonArrayConstructor: inside('JsonArrayConstructor'),
  JsonParseExpr: inside('JsonParseExpr'),
  JsonScalarExpr: inside('JsonScalarExpr'),
  JsonSerializeExpr: inside('JsonSerializeExpr'),
  JsonFuncExpr: (walk, body, place) => tested(walk, place, inside('JsonFuncExpr')(walk, body, place)),
  JsonObjectAgg: (walk, body, place) => jsonAggregate(walk, 'JsonObjectAgg', body, place),
  JsonArrayAgg: (walk, body, place) => jsonAggregate(walk, 'JsonArrayAgg', body, place),
};

function union(walk: Walk, nodes: readonly (Node | undefined)[] | undefined, place: Place): Value {
  const values: Value[] = [];
  for (const node of nodes ?? []) if (node !== undefined) values.push(walk.value(node, place));
  return derivedFrom(values);
}

/** Union over every expression a node holds, in whatever field. */
function inside<K extends Kind>(kind: K): Rule<K> {
  return (walk, body, place) => union(walk, childrenOf(kind, body as object), place);
}

function operatorValue(walk: Walk, body: Body<'A_Expr'>, place: Place): Value {
  const name = operatorName(walk, body.name);
  const value = union(walk, [body.lexpr, body.rexpr], place);
  return body.kind === 'AEXPR_OP' && computing.has(name) ? value : tested(walk, place, value);
}

/** Operators that compute; every other one is taken for a test. */
const computing = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '|',
  '&',
  '#',
  '<<',
  '>>',
  '||',
  '~',
  '->',
  '->>',
  '#>',
  '#>>',
  '#-',
  '@',
]);

function subLinkValue(walk: Walk, body: Body<'SubLink'>, place: Place): Value {
  if (body.subselect === undefined) return clear;
  const rows = walk.query(body.subselect, place.scope);
  walk.reads.set(body, rows.instances);
  // Whether there is a row at all is visible: what shapes the rows belongs to the value.
  const values: Value[] = [fromColumns(rows.influence)];
  if (body.testexpr !== undefined) values.push(walk.value(body.testexpr, place));
  const exists = body.subLinkType === 'EXISTS_SUBLINK';
  if (!exists) values.push(...rows.fields.map((field) => field.value), rows.open ?? clear);
  if (body.operName !== undefined) operatorName(walk, body.operName);
  else if (body.subLinkType === 'ANY_SUBLINK') impliedEquality(walk);
  const value = derivedFrom(values);
  const plain = body.subLinkType === 'EXPR_SUBLINK' || body.subLinkType === 'ARRAY_SUBLINK';
  return plain ? value : tested(walk, place, value);
}

/** The tests of a CASE shape its result: they are in its value, and controls of their own. */
function caseValue(walk: Walk, body: Body<'CaseExpr'>, place: Place): Value {
  const values: Value[] = [];
  if (body.arg !== undefined) {
    impliedEquality(walk);
    values.push(tested(walk, place, walk.value(body.arg, place)));
  }
  for (const arm of body.args ?? []) {
    const when = bodyOf(arm, 'CaseWhen');
    if (when?.expr === undefined || when.result === undefined)
      throw notAnalysable('this CASE is not analysed yet', 'write it with WHEN and THEN');
    values.push(tested(walk, place, walk.value(when.expr, place)), walk.value(when.result, place));
  }
  if (body.defresult !== undefined) values.push(walk.value(body.defresult, place));
  return derivedFrom(values);
}

function jsonAggregate(walk: Walk, kind: 'JsonObjectAgg' | 'JsonArrayAgg', body: object, place: Place): Value {
  place.level.combines = true;
  const { agg_filter: filter, agg_order: order, over } = aggregateOf(body);
  const values = childrenOf(kind, { ...body, constructor: undefined }).map((node) => walk.value(node, place));
  if (filter !== undefined) values.push(controlled(walk, filter, place, 'test'));
  for (const sort of order ?? []) {
    const by = bodyOf(sort, 'SortBy')?.node;
    if (by !== undefined) values.push(controlled(walk, by, place, 'order'));
  }
  if (over !== undefined) values.push(windowValue(walk, over, place));
  return derivedFrom(values);
}

function aggregateOf(body: object): Body<'JsonAggConstructor'> {
  return (body as { readonly constructor: Body<'JsonAggConstructor'> }).constructor;
}

function controlled(walk: Walk, node: Node, place: Place, use: 'test' | 'order'): Value {
  const value = walk.value(node, place);
  control(walk, place.level, value, use);
  return value;
}
