import { type Body, bodyOf, type Node, qualifiedName } from './ast.ts';
import { keepsSearchPath } from './keeps-search-path.ts';
import { notAnalysable } from './refused.ts';
import { type ReviewedFunction, reviewedFunction } from './reviewed-functions.ts';
import { notShown } from './setting-statement.ts';
import { shownNames } from './shown-name.ts';
import { derivedFrom, type Value } from './value.ts';
import { control, type Place, tested, type Walk } from './walk.ts';
import { windowValue } from './window.ts';

/** A call in an expression: what its arguments tell, and what orders, filters or frames them. */
export function functionValue(walk: Walk, body: Body<'FuncCall'>, place: Place): Value {
  const review = reviewCall(walk, body);
  const values = (body.args ?? []).map((node) => walk.value(node, place));
  const aggregates = review === null || review.aggregate || body.agg_star === true || body.agg_within_group === true;
  if (aggregates) place.level.combines = true;
  if (review?.set === true) control(walk, place.level, derivedFrom(values), 'limit');
  for (const sort of body.agg_order ?? []) {
    const node = bodyOf(sort, 'SortBy')?.node;
    if (node !== undefined) values.push(shaping(walk, node, place, 'order'));
  }
  if (body.agg_filter !== undefined) values.push(shaping(walk, body.agg_filter, place, 'test'));
  if (body.agg_distinct === true) control(walk, place.level, derivedFrom(values), 'group');
  if (body.over !== undefined) values.push(windowValue(walk, body.over, place));
  const value = derivedFrom(values);
  return tests.has(qualifiedName(body.funcname)?.at(-1) ?? '') ? tested(walk, place, value) : value;
}

/** The review of a called built-in; null where the routine is not reviewed, which is then on record, or refused. */
export function reviewCall(walk: Walk, body: Body<'FuncCall'>): ReviewedFunction | null {
  const parts = qualifiedName(body.funcname) ?? [];
  const name = parts.at(-1) ?? '';
  const schema = parts.length > 1 ? (parts.at(-2) ?? null) : null;
  const mine = walk.catalogue.routinesNamed(name).filter((routine) => schema === null || routine.schema === schema);
  const builtIn = schema === 'pg_catalog' || (schema === null && mine.length === 0);
  const special = schema === 'information_schema' && name === '_pg_expandarray';
  const review = builtIn || special ? reviewedFunction(name) : null;
  if (review?.constant === true && !(body.args ?? []).every(isConstant))
    throw notAnalysable(
      `function ${name} shows its arguments to other sessions`,
      'call it with constants or parameters',
    );
  if (review !== null && name === 'current_setting') refuseOwnSetting(walk, body);
  if (review !== null) return review;
  if (refusedAlways.has(name) && (builtIn || schema === null))
    throw notAnalysable(`function ${name} changes what later statements mean`, refusedAlways.get(name) ?? '');
  const shown = shownNames(parts);
  if (walk.catalogue.protects && !(builtIn && callable.has(name)))
    throw notAnalysable(
      `function ${shown} is not reviewed: what it returns or does cannot be determined`,
      mine.length > 0 && reviewedFunction(name) !== null
        ? `write pg_catalog.${shown} for the built-in function of that name`
        : 'use reviewed built-in functions on a connection that protects columns',
    );
  const schemas = schema !== null ? [schema] : [...new Set(mine.map((routine) => routine.schema))];
  for (const each of schemas) {
    const overloads = mine.filter((routine) => routine.schema === each).map((routine) => routine.arguments);
    walk.record.routine({ schema: each, name, overloads });
  }
  // Without a schema a built-in of that name comes first, and which of them are there is not known.
  if (schema === null) walk.record.routine({ schema: 'pg_catalog', name, overloads: [] });
  if (!builtIn || !keepsSearchPath(name)) walk.record.opaque();
  return null;
}

/** Not reviewed, yet harmless to protected columns when their arguments hold none: policy decides on `call`. */
const callable = new Set(['nextval']);

const refusedAlways: ReadonlyMap<string, string> = new Map([
  ['set_config', "send SET, or select set_config('search_path', ..., ...) on its own"],
]);

/** Built-ins that answer with a test of their arguments. */
const tests = new Set(
  'starts_with regexp_like like notlike overlaps isfinite isempty jsonb_path_exists jsonb_path_match jsonb_contains jsonb_exists xmlexists xpath_exists num_nulls num_nonnulls bool_and bool_or every is_normalized'.split(
    ' ',
  ),
);

function refuseOwnSetting(walk: Walk, body: Body<'FuncCall'>): void {
  const [first] = body.args ?? [];
  const constant = first === undefined ? null : bodyOf(first, 'A_Const');
  const setting = constant === null ? null : walk.literals.valueOf(constant);
  if (setting?.toLowerCase().startsWith('sluice.')) throw notShown();
}

/** Made of literals and parameters alone. */
function isConstant(node: Node): boolean {
  const inner = bodyOf(node, 'TypeCast')?.arg ?? node;
  const call = bodyOf(inner, 'FuncCall');
  if (call !== null) return (call.args ?? []).every(isConstant);
  return bodyOf(inner, 'A_Const') !== null || bodyOf(inner, 'ParamRef') !== null;
}

function shaping(walk: Walk, node: Node, place: Place, use: 'order' | 'test'): Value {
  const value = walk.value(node, { ...place, output: false });
  control(walk, place.level, value, use);
  return value;
}
