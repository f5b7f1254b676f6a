import type { CopyDirection } from '../core/facts.ts';
import { type Body, bodyOf, type Node, strings } from './ast.ts';
import { where } from './query.ts';
import { notAnalysable, notSupported } from './refused.ts';
import { clear } from './value.ts';
import type { Place, Walk } from './walk.ts';
import { behind, knownColumn, openTarget } from './write-statement.ts';

/** COPY between a table or query and the client: what it reads or writes, and `copy` on every table of it. */
export function copyStatement(walk: Walk, body: Body<'CopyStmt'>): CopyDirection {
  if (body.filename !== undefined || body.is_program === true)
    throw notSupported(
      'COPY with files or programs of the server is not carried',
      'use COPY ... FROM STDIN or TO STDOUT: psql has \\copy for files of your own',
    );
  for (const node of body.options ?? []) {
    const option = bodyOf(node, 'DefElem')?.defname ?? '';
    if (!knownOptions.has(option)) throw notSupported('this option of COPY is not reviewed', 'leave the option out');
  }
  if (body.is_from === true) {
    copyFrom(walk, body);
    return 'in';
  }
  copyTo(walk, body);
  return 'out';
}

function copyTo(walk: Walk, body: Body<'CopyStmt'>): void {
  const query = body.query ?? rowsOf(body);
  walk.literals.seal(query, true);
  if (bodyOf(query, 'SelectStmt')?.intoClause !== undefined)
    throw notSupported('COPY of SELECT INTO is not carried', 'send SELECT INTO on its own');
  walk.query(query, null);
  // Copied rows come without a description, and cannot be masked.
  if (walk.record.usesProtected)
    throw notSupported(
      'COPY TO of tables with protected columns is not carried: copied rows cannot be masked',
      'read them with SELECT, which returns protected columns masked',
    );
  for (const { relation } of walk.record.tables()) walk.record.write(relation, 'copy', [], null);
}

/** `COPY t (a, b) TO` reads what `SELECT a, b FROM t` reads. */
function rowsOf(body: Body<'CopyStmt'>): Node {
  if (body.relation === undefined) throw notAnalysable('a COPY without a table or query', 'name a table');
  const columns = body.attlist?.length ? strings(body.attlist).map(named) : [{ A_Star: {} }];
  const targetList = columns.map((field) => ({ ResTarget: { val: { ColumnRef: { fields: [field] } } } }));
  return { SelectStmt: { targetList, fromClause: [{ RangeVar: body.relation }], op: 'SETOP_NONE' } };
}

function named(name: string | null): Node {
  return { String: { sval: name ?? '' } };
}

function copyFrom(walk: Walk, body: Body<'CopyStmt'>): void {
  const { relation, instance, place } = openTarget(walk, body.relation, undefined, null);
  const given = strings(body.attlist).map((name) => name ?? '');
  for (const name of given) knownColumn(relation, name);
  const columns = given.length > 0 ? given : relation.columns.map(({ name }) => name);
  walk.record.write(relation, 'insert', columns, instance);
  walk.record.write(relation, 'copy', [], null);
  if (body.whereClause === undefined) return;
  walk.literals.seal(body.whereClause, true);
  where(walk, body.whereClause, overInput(place), new Set());
}

/** The condition sees the rows that the client sends, before they are in the table. */
function overInput(place: Place): Place {
  const input = place.scope.items.map((item) => {
    const fields = item.fields.map((field) => ({ ...field, value: clear, origin: null }));
    const [rows] = item.names;
    return {
      ...behind({ fields, open: null, alias: rows?.alias ?? '', schema: rows?.schema ?? null, instance: null }),
      fields,
    };
  });
  const scope = place.scope.withoutItems();
  scope.items.push(...input);
  return { ...place, scope };
}

const knownOptions = new Set([
  'format',
  'freeze',
  'delimiter',
  'null',
  'default',
  'header',
  'quote',
  'escape',
  'force_quote',
  'force_not_null',
  'force_null',
  'on_error',
  'reject_limit',
  'encoding',
  'log_verbosity',
]);
