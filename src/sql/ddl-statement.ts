import type { TableAction } from '../core/facts.ts';
import { type Body, bodyOf, type Node, qualifiedName } from './ast.ts';
import { ownNameLost, ownStatement } from './own-statement.ts';
import { notSupported } from './refused.ts';
import type { Walk } from './walk.ts';

/** Statements that change definitions, and maintenance: verb `ddl`. */
export function isDdl(kind: string): boolean {
  return ddl.has(kind);
}

/** Relations a definition statement names. Refused as a whole where the connection protects anything. */
export function ddlStatement(walk: Walk, kind: string, body: object): void {
  if (ownStatement(walk, kind, body)) return;
  if (walk.catalogue.protects)
    throw notSupported(
      'DDL on a connection with protected columns is not carried yet',
      'use a connection without protected columns for migrations',
    );
  const fields = body as Readonly<Record<string, unknown>>;
  const query = fields.query as Node | undefined;
  if (query !== undefined && kind !== 'RuleStmt') walk.query(query, null);
  created(walk, kind, fields);
  for (const range of ranges({ ...fields, query: undefined, [nameField[kind] ?? '']: undefined }))
    tableUseOf(walk, range, 'ddl');
  ownNameLost(walk, ranges({ ...fields, query: undefined }));
  if (dropsAnything.has(kind) || (kind === 'DropStmt' && fields.behavior === 'DROP_CASCADE'))
    walk.record.effects.push({ kind: 'own-lost', name: null });
  if (kind === 'RenameStmt') walk.record.effects.push({ kind: 'own-lost', name: String(fields.newname) });
  if (kind === 'DropStmt') dropped(walk, fields as Body<'DropStmt'>);
  if (runsScripts.has(kind)) walk.record.opaque();
}

/** SELECT INTO is CREATE TABLE AS in other words. */
export function selectInto(walk: Walk, select: Body<'SelectStmt'>): void {
  const { intoClause, ...query } = select;
  ddlStatement(walk, 'CreateTableAsStmt', { into: intoClause, query: { SelectStmt: query } });
}

/** Puts the use of a table on record. */
export function tableUseOf(walk: Walk, range: Body<'RangeVar'>, action: TableAction): void {
  const named = walk.names.existing(range);
  walk.record.write(named ?? { schema: walk.names.creationSchema(range), name: range.relname ?? '' }, action, [], null);
}

const runsScripts = new Set([
  'CreateExtensionStmt',
  'AlterExtensionStmt',
  'RefreshMatViewStmt',
  'ImportForeignSchemaStmt',
]);

/** Statements that may take tables of the session with them. */
const dropsAnything = new Set(['DropOwnedStmt', 'DropdbStmt']);

/** Field that names what is made. */
const nameField: Readonly<Record<string, string>> = {
  CreateStmt: 'relation',
  CreateForeignTableStmt: 'base',
  CreateSeqStmt: 'sequence',
  ViewStmt: 'view',
  CreateTableAsStmt: 'into',
  CompositeTypeStmt: 'typevar',
};

function created(walk: Walk, kind: string, fields: Readonly<Record<string, unknown>>): void {
  const value = fields[nameField[kind] ?? ''];
  if (typeof value !== 'object' || value === null) return;
  const inner = value as { readonly rel?: Body<'RangeVar'>; readonly relation?: Body<'RangeVar'> };
  const range = inner.rel ?? inner.relation ?? (value as Body<'RangeVar'>);
  walk.record.write({ schema: walk.names.creationSchema(range), name: range.relname ?? '' }, 'ddl', [], null);
}

function ranges(value: unknown): readonly Body<'RangeVar'>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(ranges);
  if ('relname' in value) return [value as Body<'RangeVar'>];
  return Object.values(value).flatMap(ranges);
}

function dropped(walk: Walk, body: Body<'DropStmt'>): void {
  if (!relationKinds.has(body.removeType ?? '')) return;
  for (const object of body.objects ?? []) {
    const parts = qualifiedName(bodyOf(object, 'List')?.items);
    if (parts === null) continue;
    const [relname = '', schemaname] = parts.toReversed();
    tableUseOf(walk, { relname, ...(schemaname === undefined ? {} : { schemaname }) }, 'ddl');
  }
}

const relationKinds = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_INDEX',
]);

const ddl = new Set(
  `AlterCollationStmt AlterDatabaseRefreshCollStmt AlterDatabaseSetStmt AlterDatabaseStmt AlterDefaultPrivilegesStmt
  AlterDomainStmt AlterEnumStmt AlterEventTrigStmt AlterExtensionContentsStmt AlterExtensionStmt AlterFdwStmt
  AlterForeignServerStmt AlterFunctionStmt AlterObjectDependsStmt AlterObjectSchemaStmt AlterOpFamilyStmt AlterOperatorStmt
  AlterOwnerStmt AlterPolicyStmt AlterPublicationStmt AlterRoleSetStmt AlterRoleStmt AlterSeqStmt AlterStatsStmt
  AlterSubscriptionStmt AlterSystemStmt AlterTSConfigurationStmt AlterTSDictionaryStmt AlterTableMoveAllStmt
  AlterTableSpaceOptionsStmt AlterTableStmt AlterTypeStmt AlterUserMappingStmt CheckPointStmt ClusterStmt CommentStmt
  CompositeTypeStmt ConstraintsSetStmt CreateAmStmt CreateCastStmt CreateConversionStmt CreateDomainStmt CreateEnumStmt
  CreateEventTrigStmt CreateExtensionStmt CreateFdwStmt CreateForeignServerStmt CreateForeignTableStmt CreateFunctionStmt
  CreateOpClassStmt CreateOpFamilyStmt CreatePLangStmt CreatePolicyStmt CreatePublicationStmt CreateRangeStmt CreateRoleStmt
  CreateSchemaStmt CreateSeqStmt CreateStatsStmt CreateStmt CreateSubscriptionStmt CreateTableAsStmt CreateTableSpaceStmt
  CreateTransformStmt CreateTrigStmt CreateUserMappingStmt CreatedbStmt DefineStmt DropOwnedStmt DropRoleStmt DropStmt
  DropSubscriptionStmt DropTableSpaceStmt DropUserMappingStmt DropdbStmt GrantRoleStmt GrantStmt ImportForeignSchemaStmt
  IndexStmt ReassignOwnedStmt RefreshMatViewStmt ReindexStmt RenameStmt RuleStmt SecLabelStmt VacuumStmt ViewStmt`.split(
    /\s+/,
  ),
);
