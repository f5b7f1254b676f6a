import type { Relation } from '../core/catalogue.ts';
import type { OwnColumn, OwnTable } from '../core/facts.ts';
import { type Body, bodyOf, kindOf, type Node, qualifiedName, strings } from './ast.ts';
import { ownSchema } from './own-objects.ts';
import { notAnalysable, notSupported, protectedUse } from './refused.ts';
import { closed, itemOf } from './row-shapes.ts';
import { type Field, Scope } from './scope.ts';
import { shownName } from './shown-name.ts';
import { checkType, isBuiltIn } from './type-name.ts';
import { bare, clear, labelsOf, listed } from './value.ts';
import { Level, type Walk } from './walk.ts';

/** Definition statements about tables of the session itself. False: it is about something else. */
export function ownStatement(walk: Walk, kind: string, body: object): boolean {
  switch (kind) {
    case 'CreateStmt':
      return createTable(walk, body as Body<'CreateStmt'>);
    case 'CreateTableAsStmt':
      return createTableAs(walk, body as Body<'CreateTableAsStmt'>);
    case 'DropStmt':
      return dropTables(walk, body as Body<'DropStmt'>);
    case 'IndexStmt':
      return createIndex(walk, body as Body<'IndexStmt'>);
    case 'VacuumStmt':
      return analyseTables(walk, body as Body<'VacuumStmt'>);
    case 'AlterTableStmt':
      return alterTable(walk, body as Body<'AlterTableStmt'>);
    default:
      return false;
  }
}

/** Anything else that is made for the session, or changes what it made: from there on the name is not understood. */
export function ownNameLost(walk: Walk, ranges: readonly Body<'RangeVar'>[]): void {
  for (const range of ranges)
    if (isTemporary(range) || walk.names.isOwn(range))
      walk.record.effects.push({ kind: 'own-lost', name: range.relname ?? '' });
}

function createTable(walk: Walk, body: Body<'CreateStmt'>): boolean {
  const range = body.relation ?? {};
  if (!isTemporary(range)) return false;
  if (body.inhRelations !== undefined || body.partbound !== undefined || body.partspec !== undefined || body.ofTypename)
    throw notSupported('temporary tables that inherit, are partitioned or are of a type are not carried', 'use LIKE');
  const columns = (body.tableElts ?? []).flatMap((element) => stated(walk, element));
  if (walk.catalogue.protects) {
    const scope = scopeOf(walk, columns);
    for (const element of [...(body.tableElts ?? []), ...(body.constraints ?? [])])
      constraints(walk, element, columns, scope);
  }
  made(walk, range, columns, body.oncommit, body.if_not_exists === true);
  return true;
}

function stated(walk: Walk, element: Node): readonly OwnColumn[] {
  const column = bodyOf(element, 'ColumnDef');
  if (column !== null) {
    const type = column.typeName;
    if (type !== undefined && !serial.has(qualifiedName(type.names)?.join('.') ?? '')) checkType(walk.catalogue, type);
    return [{ name: column.colname ?? '', holds: null }];
  }
  const like = bodyOf(element, 'TableLikeClause');
  return like === null ? [] : copied(walk, like);
}

/** No types, but what the column is made with. */
const serial = new Set(['serial', 'serial2', 'serial4', 'serial8', 'bigserial', 'smallserial']);

/** LIKE: no rows, and the same columns, which may later hold what the other table's hold. */
function copied(walk: Walk, like: Body<'TableLikeClause'>): readonly OwnColumn[] {
  const named = walk.names.relation(like.relation ?? {});
  if (named.kind === 'system')
    throw notAnalysable(`the columns of ${named.schema}.${shownName(named.name)} are not known`, 'state the columns');
  const { relation } = named;
  const columns = relation.columns.map(({ name }) => ({ name, holds: walk.catalogue.protectedColumn(relation, name) }));
  if (columns.some(({ holds }) => holds !== null) && ((like.options ?? 0) & ~quietLikeOptions) !== 0)
    throw notSupported(
      'LIKE of a table with protected columns copies neither indexes nor constraints nor generated columns',
      'leave INCLUDING out, or use INCLUDING DEFAULTS',
    );
  return columns;
}

/** CREATE_TABLE_LIKE_COMMENTS, COMPRESSION, DEFAULTS, IDENTITY, STORAGE: nothing of them depends on values. */
const quietLikeOptions = 0b1_0010_1011;

function createTableAs(walk: Walk, body: Body<'CreateTableAsStmt'>): boolean {
  const { into, query } = body;
  const range = into?.rel ?? {};
  if (!isTemporary(range)) return false;
  if (query === undefined || kindOf(query) !== 'SelectStmt')
    throw notSupported('CREATE TEMP TABLE AS takes a query here', 'write the SELECT itself');
  walk.literals.seal(query, true);
  const rows = walk.query(query, null);
  walk.record.testComputed([]);
  if (rows.open !== null)
    throw notAnalysable('the columns of this query cannot be counted', 'name the columns instead of *');
  const names = strings(into?.colNames);
  const columns = rows.fields.map((field, at): OwnColumn => {
    const name = names[at] ?? field.name;
    if (name === null) throw notAnalysable('a column of this query has no known name', 'name every column with AS');
    const { value } = field;
    if (value.kind === 'derived')
      throw protectedUse(
        `an expression over ${listed(value)} would be copied into the temporary table ${shownName(range.relname ?? '')}, where it could not be masked`,
        'copy the columns as they are: they stay masked',
      );
    return { name, holds: value.kind === 'bare' ? { ...value.column } : null };
  });
  made(walk, range, columns, into?.onCommit, body.if_not_exists === true);
  return true;
}

function made(
  walk: Walk,
  range: Body<'RangeVar'>,
  columns: readonly OwnColumn[],
  onCommit: string | undefined,
  unlessThere: boolean,
): void {
  const name = range.relname ?? '';
  if (name.startsWith('pg_') || name.startsWith('_') || isBuiltIn(name) || walk.catalogue.typesNamed(name).length > 0)
    throw notSupported(
      `a temporary table named "${shownName(name)}" is not carried`,
      'choose another name: a type has it',
    );
  if (Buffer.byteLength(name) > 63 || walk.catalogue.own.tables.size >= mostTables)
    throw notSupported(`a session makes at most ${mostTables} temporary tables`, 'drop those that are not needed');
  if (new Set(columns.map((column) => column.name)).size !== columns.length)
    throw notAnalysable('a column name is given twice', 'name every column once');
  const table: OwnTable = { name, columns, endsWithTransaction: onCommit === 'ONCOMMIT_DROP' };
  walk.record.write({ schema: ownSchema, name }, 'ddl', [], null);
  walk.record.effects.push({ kind: 'own-made', table, unlessThere });
}

/** Each is an entry in what is looked up for every statement of the session. */
const mostTables = 500;

function dropTables(walk: Walk, body: Body<'DropStmt'>): boolean {
  if (!droppable.has(body.removeType ?? '')) return false;
  const ranges = (body.objects ?? []).map((object) => {
    const [relname = '', schemaname] = (qualifiedName(bodyOf(object, 'List')?.items) ?? []).toReversed();
    return { relname, ...(schemaname === undefined ? {} : { schemaname }) };
  });
  const own = ranges.filter((range) => walk.names.isOwn(range));
  if (own.length === 0) {
    if (!walk.catalogue.protects) return false;
    throw notSupported(
      'DDL on a connection with protected columns is not carried yet',
      'a temporary table that may not be there is dropped as pg_temp.name; migrations go through another connection',
    );
  }
  if (own.length < ranges.length)
    throw notSupported('temporary tables and others are not dropped by one statement', 'drop them one by one');
  for (const range of own) {
    walk.names.refuseShadow(range);
    walk.record.write({ schema: ownSchema, name: range.relname }, 'ddl', [], null);
    walk.record.effects.push({ kind: 'own-dropped', name: range.relname });
  }
  return true;
}

const droppable = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_SEQUENCE', 'OBJECT_INDEX']);

/** Whether an index takes a value can be seen: it holds no protected one. */
function createIndex(walk: Walk, body: Body<'IndexStmt'>): boolean {
  const relation = ownRelation(walk, body.relation);
  if (relation === null) return false;
  const elements = [...(body.indexParams ?? []), ...(body.indexIncludingParams ?? [])];
  if (walk.catalogue.protects) {
    const scope = scopeOf(walk, columnsOf(walk, relation));
    for (const node of elements) {
      const element = bodyOf(node, 'IndexElem') ?? {};
      if (element.opclass !== undefined)
        throw notSupported('an index with an operator class is not carried', 'leave it out');
      if (element.name !== undefined) unprotected(walk, columnReference(element.name), scope);
      if (element.expr !== undefined) unprotected(walk, element.expr, scope);
    }
    if (body.whereClause !== undefined) unprotected(walk, body.whereClause, scope);
  }
  walk.record.write(relation, 'ddl', [], null);
  return true;
}

/** ANALYZE and VACUUM of tables of the session alone. */
function analyseTables(walk: Walk, body: Body<'VacuumStmt'>): boolean {
  const ranges = (body.rels ?? []).map((node) => bodyOf(node, 'VacuumRelation')?.relation ?? {});
  if (ranges.length === 0 || !ranges.every((range) => walk.names.isOwn(range))) return false;
  for (const range of ranges) {
    const relation = walk.names.own(range);
    if (relation !== null) walk.record.write(relation, 'ddl', [], null);
  }
  return true;
}

/** Columns may be added; a key or a constraint where nothing is protected. */
function alterTable(walk: Walk, body: Body<'AlterTableStmt'>): boolean {
  const relation = ownRelation(walk, body.relation);
  if (relation === null) return false;
  const known = walk.catalogue.own.tables.get(relation.name);
  if (walk.catalogue.protects || known === undefined || known === 'lost')
    throw notSupported('ALTER of a temporary table is not carried', 'make it as it has to be');
  const added: OwnColumn[] = [];
  let understood = true;
  for (const node of body.cmds ?? []) {
    const command = bodyOf(node, 'AlterTableCmd') ?? {};
    const column = command.def === undefined ? null : bodyOf(command.def, 'ColumnDef');
    if (command.subtype === 'AT_AddColumn' && column !== null && command.missing_ok !== true)
      added.push({ name: column.colname ?? '', holds: null });
    else understood &&= command.subtype === 'AT_AddConstraint' || command.subtype === 'AT_SetNotNull';
  }
  walk.record.write(relation, 'ddl', [], null);
  walk.record.effects.push(
    understood
      ? { kind: 'own-made', table: { ...known, columns: [...known.columns, ...added] }, unlessThere: false }
      : { kind: 'own-lost', name: relation.name },
  );
  return true;
}

function ownRelation(walk: Walk, range: Body<'RangeVar'> | undefined): Relation | null {
  return range === undefined || !walk.names.isOwn(range) ? null : walk.names.own(range);
}

function columnsOf(walk: Walk, relation: Relation): readonly OwnColumn[] {
  return relation.columns.map(({ name }) => ({ name, holds: walk.catalogue.protectedColumn(relation, name) }));
}

function isTemporary(range: Body<'RangeVar'>): boolean {
  return range.relpersistence === 't' || range.schemaname === ownSchema;
}

/** Defaults, checks and keys of a new table. */
function constraints(walk: Walk, element: Node, columns: readonly OwnColumn[], scope: Scope): void {
  for (const node of bodyOf(element, 'ColumnDef')?.constraints ?? []) constraint(walk, node, columns, scope);
  if (bodyOf(element, 'Constraint') !== null) constraint(walk, element, columns, scope);
}

function constraint(walk: Walk, node: Node, columns: readonly OwnColumn[], scope: Scope): void {
  const body = bodyOf(node, 'Constraint') ?? {};
  if (!knownConstraints.has(body.contype ?? ''))
    throw notSupported('this constraint of a temporary table is not carried', 'leave it out');
  for (const key of [...strings(body.keys), ...strings(body.including)])
    if (columns.some(({ name, holds }) => name === key && holds !== null))
      throw protectedUse(`the protected column "${shownName(key ?? '')}" cannot be part of a key`, 'leave the key out');
  if (body.raw_expr !== undefined) unprotected(walk, body.raw_expr, scope);
}

const knownConstraints = new Set([
  'CONSTR_NULL',
  'CONSTR_NOTNULL',
  'CONSTR_DEFAULT',
  'CONSTR_IDENTITY',
  'CONSTR_GENERATED',
  'CONSTR_CHECK',
  'CONSTR_PRIMARY',
  'CONSTR_UNIQUE',
]);

/** Whether an expression of a definition fails can be seen, and what it gives is kept: it takes nothing protected. */
function unprotected(walk: Walk, expression: Node, scope: Scope): void {
  walk.literals.seal(expression, true);
  const value = walk.value(expression, { scope, level: new Level(), output: true });
  if (labelsOf(value).length > 0)
    throw protectedUse(
      `${listed(value)} cannot be used in the definition of a table`,
      'use columns that are not protected',
    );
}

function scopeOf(walk: Walk, columns: readonly OwnColumn[]): Scope {
  const fields = columns.map(({ name, holds }): Field => {
    const relation = holds === null ? null : walk.catalogue.relation(holds.schema, holds.name);
    const column = relation === null || holds === null ? null : walk.catalogue.protectedColumn(relation, holds.column);
    return { name, value: holds === null ? clear : bare(column ?? holds), origin: null };
  });
  return new Scope(null, [itemOf(closed(fields), null)]);
}

function columnReference(name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: name } }] } };
}
