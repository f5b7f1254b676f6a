import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { unreachable } from '../base/unreachable.ts';
import type { Principal } from '../core/principal.ts';
import type { Access, DecisionContext, DecisionRequest, Facts, ResourceRef } from './decision.ts';
import { columnId, fieldId, relationId, relationLabel, routeId, routineLabel, schemaId } from './entity-id.ts';
import { ipAddress } from './ip-address.ts';
import { isRequest } from './request-accesses.ts';
import { type Usage, usageCounts } from './usage.ts';

/** The parts of a call to Cedar that one access of one request needs, and no more: entities are what a call costs. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

/** What all accesses of one request share. */
export interface RequestBase {
  readonly principal: TypeAndId;
  readonly principalEntity: EntityJson;
  readonly connection: string;
  readonly context: Record<string, CedarValueJson>;
  readonly statement: Record<string, CedarValueJson>;
}

export function requestBase(request: DecisionRequest): RequestBase {
  const principal = uid(request.principal.kind === 'workload' ? 'Workload' : 'User', request.principal.id);
  return {
    principal,
    principalEntity: principalEntity(principal, request.principal),
    connection: request.connection,
    context: sharedContext(request.principal, request.context),
    statement: statementContext(request.facts, request.context.estimatedRows),
  };
}

export function cedarRequest(base: RequestBase, access: Access): CedarRequest {
  const { uid: resource, entities } = resourceOf(access.resource, base.connection);
  const context: Record<string, CedarValueJson> = {
    ...base.context,
    statement: { ...base.statement, filtered: access.filtered, limited: access.limited },
  };
  if (access.action === 'filter') Object.assign(context, { use: access.use, lookup: access.lookup });
  if (access.action === 'unmask') context.class = access.class ?? '';
  return {
    principal: base.principal,
    action: uid('Action', access.action),
    resource,
    context,
    entities: [base.principalEntity, ...entities],
  };
}

/** `Table::"clinic/public.claims"`, as a policy would name it. */
export function resourceName(resource: ResourceRef, connection: string): string {
  const { type, id } = resourceOf(resource, connection).uid;
  return `${type}::${JSON.stringify(id)}`;
}

function principalEntity(principal: TypeAndId, { issuer, nature, groups }: Principal): EntityJson {
  const attrs: Record<string, CedarValueJson> = principal.type === 'Workload' ? { issuer, nature } : { issuer };
  return { uid: principal, attrs, parents: [...new Set(groups)].map((group) => uid('Group', group)) };
}

function sharedContext(principal: Principal, context: DecisionContext): Record<string, CedarValueJson> {
  const { session, purpose, reason, ticket } = context;
  const shared: Record<string, CedarValueJson> = {
    session: {
      statements: Math.floor(session.statements),
      rows: Math.floor(session.rows),
      bytes: Math.floor(session.bytes),
      classesRead: [...session.classesRead],
      ageSeconds: Math.floor(session.ageSeconds),
    },
    principal: usageContext(context.principal),
    origin: { ...principal.origin },
    time: extension('datetime', new Date(Math.floor(context.time / 1000)).toISOString()),
  };
  const source = ipAddress(context.source);
  if (source !== null) shared.source = extension('ip', source);
  if (isStated(purpose)) shared.purpose = purpose;
  if (isStated(reason)) shared.reason = reason;
  if (isStated(ticket)) shared.ticket = ticket;
  if (principal.onBehalfOf !== null) shared.onBehalfOf = { __entity: uid('User', principal.onBehalfOf) };
  return shared;
}

function usageContext(usage: Usage): Record<string, CedarValueJson> {
  const counts = usageCounts.map((name) => [name, Math.floor(usage[name])] as const);
  return { ...Object.fromEntries(counts), classesReadDay: [...usage.classesReadDay] };
}

/** A purpose or a reason of blanks is none. */
export function isStated(text: string | null): text is string {
  return text !== null && text.trim() !== '';
}

function statementContext(facts: Facts | null, estimatedRows: number | null): Record<string, CedarValueJson> {
  const estimate = estimatedRows === null ? {} : { estimatedRows: Math.floor(estimatedRows) };
  if (facts === null) return { verb: 'connect', tables: [], ...estimate };
  if (isRequest(facts)) return { verb: facts.verb, tables: [], ...estimate };
  const tables = new Set(facts.tables.map((use) => relationLabel(use.relation)));
  return { verb: facts.verb, tables: [...tables], ...estimate };
}

function resourceOf(
  resource: ResourceRef,
  connection: string,
): { readonly uid: TypeAndId; readonly entities: readonly EntityJson[] } {
  const root = uid('Connection', connection);
  switch (resource.kind) {
    case 'connection':
      return { uid: root, entities: [] };
    case 'table':
    case 'column': {
      const relation = resource.kind === 'table' ? resource.relation : resource.column;
      const schema = uid('Schema', schemaId(connection, relation.schema));
      const table = uid('Table', relationId(connection, relation));
      // Ancestors without attributes are stated flat, which saves their entities.
      const tableEntity = entity(table, [schema, root], { protected: resource.protected });
      if (resource.kind === 'table') return { uid: table, entities: [tableEntity] };
      const column = uid('Column', columnId(connection, resource.column));
      return { uid: column, entities: [tableEntity, entity(column, [table])] };
    }
    case 'routine': {
      const { routine, signature } = resource;
      const self = uid('Routine', `${connection}/${signature}`);
      if (routine.schema === null) return { uid: self, entities: [entity(self, [root])] };
      const ancestors = [uid('Schema', schemaId(connection, routine.schema)), root];
      const family = uid('Routine', `${connection}/${routineLabel(routine)}`);
      return { uid: self, entities: [entity(self, family.id === self.id ? ancestors : [family, ...ancestors])] };
    }
    case 'route': {
      const self = uid('Route', routeId(connection, resource.route));
      return { uid: self, entities: [entity(self, [root], { protected: resource.protected })] };
    }
    case 'field': {
      const route = uid('Route', routeId(connection, resource.field.route));
      const self = uid('Field', fieldId(connection, resource.field));
      return { uid: self, entities: [entity(route, [root], { protected: true }), entity(self, [route])] };
    }
    default:
      return unreachable(resource);
  }
}

function entity(self: TypeAndId, parents: TypeAndId[], attrs: Record<string, CedarValueJson> = {}): EntityJson {
  return { uid: self, attrs, parents };
}

function extension(fn: string, arg: string): CedarValueJson {
  return { __extn: { fn, arg } };
}

function uid(type: string, id: string): TypeAndId {
  return { type, id };
}
