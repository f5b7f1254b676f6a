import { type Body, bodyOf, kindOf, listItems, type Node, strings } from './ast.ts';

/** The name PostgreSQL gives to a column of a select list: its `FigureColname`. */
export function outputName(target: Body<'ResTarget'>): string {
  if (target.name !== undefined) return target.name;
  return (target.val === undefined ? null : figure(target.val))?.name ?? '?column?';
}

/** Strength 1 gives way to a stronger name further out, 2 does not. */
interface Figured {
  readonly name: string;
  readonly strength: 1 | 2;
}

function figure(node: Node): Figured | null {
  const kind = kindOf(node);
  const fixed = fixedNames[kind];
  if (fixed !== undefined) return strong(fixed);
  switch (kind) {
    case 'ColumnRef':
      return lastOf(bodyOf(node, 'ColumnRef')?.fields);
    case 'A_Indirection': {
      const body = bodyOf(node, 'A_Indirection');
      return lastOf(body?.indirection) ?? (body?.arg === undefined ? null : figure(body.arg));
    }
    case 'FuncCall':
      return lastOf(bodyOf(node, 'FuncCall')?.funcname);
    case 'A_Expr':
      return bodyOf(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? strong('nullif') : null;
    case 'TypeCast': {
      const cast = bodyOf(node, 'TypeCast');
      const inner = cast?.arg === undefined ? null : figure(cast.arg);
      if (inner?.strength === 2) return inner;
      const name = strings(cast?.typeName?.names).at(-1);
      return name === null || name === undefined ? inner : { name, strength: 1 };
    }
    case 'CollateClause': {
      const arg = bodyOf(node, 'CollateClause')?.arg;
      return arg === undefined ? null : figure(arg);
    }
    case 'CaseExpr': {
      const otherwise = bodyOf(node, 'CaseExpr')?.defresult;
      const inner = otherwise === undefined ? null : figure(otherwise);
      return inner?.strength === 2 ? inner : { name: 'case', strength: 1 };
    }
    case 'MinMaxExpr':
      return strong(bodyOf(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest');
    case 'SubLink':
      return ofSubLink(bodyOf(node, 'SubLink'));
    case 'SQLValueFunction':
      return ofValueFunction(bodyOf(node, 'SQLValueFunction')?.op ?? '');
    case 'XmlExpr':
      return ofXml(bodyOf(node, 'XmlExpr')?.op ?? '');
    case 'JsonFuncExpr':
      return ofJson(bodyOf(node, 'JsonFuncExpr')?.op ?? '');
    default:
      return null;
  }
}

function strong(name: string): Figured {
  return { name, strength: 2 };
}

function lastOf(nodes: readonly Node[] | undefined): Figured | null {
  const name = strings(nodes).findLast((part) => part !== null);
  return name === null || name === undefined ? null : strong(name);
}

function ofSubLink(link: Body<'SubLink'> | null): Figured | null {
  if (link?.subLinkType === 'EXISTS_SUBLINK') return strong('exists');
  if (link?.subLinkType === 'ARRAY_SUBLINK') return strong('array');
  if (link?.subLinkType !== 'EXPR_SUBLINK' || link.subselect === undefined) return null;
  let select = bodyOf(link.subselect, 'SelectStmt');
  while (select?.larg !== undefined) select = select.larg;
  const values = select?.valuesLists?.[0];
  if (values !== undefined) return listItems(values).length > 0 ? strong('column1') : null;
  const first = select?.targetList?.[0];
  const target = first === undefined ? null : bodyOf(first, 'ResTarget');
  if (target === null) return null;
  return target.name === undefined ? (target.val === undefined ? null : figure(target.val)) : strong(target.name);
}

function ofValueFunction(op: string): Figured | null {
  const name = op
    .replace(/^SVFOP_/, '')
    .replace(/_N$/, '')
    .toLowerCase();
  return name === '' ? null : strong(name);
}

function ofXml(op: string): Figured | null {
  const name = op.replace(/^IS_/, '').toLowerCase();
  return name === 'document' || name === '' ? null : strong(name);
}

function ofJson(op: string): Figured | null {
  const names: Readonly<Record<string, string>> = {
    JSON_EXISTS_OP: 'json_exists',
    JSON_QUERY_OP: 'json_query',
    JSON_VALUE_OP: 'json_value',
  };
  const name = names[op];
  return name === undefined ? null : strong(name);
}

const fixedNames: Readonly<Record<string, string>> = {
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  GroupingFunc: 'grouping',
  MergeSupportFunc: 'merge_action',
  XmlSerialize: 'xmlserialize',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
};
