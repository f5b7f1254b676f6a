import type { ColumnName, RelationName, RoutineName } from '../core/facts.ts';
import type { FieldName } from '../core/request-facts.ts';
import { parseRouteTemplate } from '../core/route-template.ts';

/** Ids of Cedar entities (design 5.5). A part that plain SQL could not spell unquoted is quoted as SQL does, so every id reads in one way. */
export function schemaId(connection: string, schema: string): string {
  return `${connection}/${quoted(schema)}`;
}

export function relationId(connection: string, relation: RelationName): string {
  return `${connection}/${relationLabel(relation)}`;
}

export function columnId(connection: string, column: ColumnName): string {
  return `${connection}/${columnLabel(column)}`;
}

export function routeId(connection: string, route: string): string {
  return `${connection}/${route}`;
}

export function fieldId(connection: string, field: FieldName): string {
  return `${connection}/${fieldLabel(field)}`;
}

/** `GET /patients/{id} $.ssn` */
export function fieldLabel({ route, path }: FieldName): string {
  return `${route} ${path}`;
}

/** `public.patients`: an id without its connection, as messages name it. */
export function relationLabel(relation: RelationName): string {
  return `${quoted(relation.schema)}.${quoted(relation.name)}`;
}

/** `public.patients.ssn` */
export function columnLabel(column: ColumnName): string {
  return `${relationLabel(column)}.${quoted(column.column)}`;
}

/** `public.f` for a routine in a known schema, `f` where the schema is not known. */
export function routineLabel(routine: RoutineName): string {
  return routine.schema === null ? quoted(routine.name) : `${quoted(routine.schema)}.${quoted(routine.name)}`;
}

/** `(int4,text)`, from types as `format_type` prints them. */
export function argumentList(types: readonly string[]): string {
  return `(${types.map(shortType).join(',')})`;
}

/** The fault of an id that no request can ever carry, or null. A policy that names such an id would silently not apply. */
export function idFault(type: string, id: string): string | null {
  const form = forms.get(type);
  if (form === undefined || (form.pattern.test(id) && isNamedAsAsked(type, id))) return null;
  return `${type}::${JSON.stringify(id)} is not how a ${form.noun} is named: write ${type}::"${form.example}"`;
}

function quoted(part: string): string {
  return plain.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

function shortType(type: string): string {
  const suffix = /(\[\])*$/.exec(type)?.[0] ?? '';
  const base = type.slice(0, type.length - suffix.length);
  return (shortNames.get(base) ?? base) + suffix;
}

/** A template that no configuration could have. */
function isNamedAsAsked(type: string, id: string): boolean {
  if (type !== 'Route' && type !== 'Field') return true;
  const [method, path] = id.slice(id.indexOf('/') + 1).split(' ');
  return parseRouteTemplate(`${method} ${path}`).ok;
}

const plain = /^[a-z_][a-z0-9_$]*$/;

// The names that format_type spells out as the standard does, and pg_type's own.
const shortNames: ReadonlyMap<string, string> = new Map([
  ['bigint', 'int8'],
  ['bit varying', 'varbit'],
  ['boolean', 'bool'],
  ['character', 'bpchar'],
  ['character varying', 'varchar'],
  ['double precision', 'float8'],
  ['integer', 'int4'],
  ['real', 'float4'],
  ['smallint', 'int2'],
  ['time with time zone', 'timetz'],
  ['time without time zone', 'time'],
  ['timestamp with time zone', 'timestamptz'],
  ['timestamp without time zone', 'timestamp'],
]);

const connection = '[A-Za-z][A-Za-z0-9_.-]{0,62}';
// A quoted part that need not be quoted is another spelling, which no request carries.
const part = '(?:[a-z_][a-z0-9_$]*|"(?![a-z_][a-z0-9_$]*"(?!"))(?:[^"]|"")+")';
const route = '[A-Z]+ /[^ ]*';
// A type as argumentList writes it: names that pg_type shortens are other spellings.
const type = '(?!(?:bigint|boolean|character|integer|real|smallint)[,)[])(?:[^\\s(),"]|"(?:[^"]|"")+")+';

const forms: ReadonlyMap<string, { readonly noun: string; readonly pattern: RegExp; readonly example: string }> =
  new Map([
    ['Connection', { noun: 'connection', pattern: whole(connection), example: 'clinic' }],
    ['Schema', { noun: 'schema', pattern: whole(`${connection}/${part}`), example: 'clinic/public' }],
    ['Table', { noun: 'table', pattern: whole(`${connection}/${part}\\.${part}`), example: 'clinic/public.patients' }],
    [
      'Column',
      {
        noun: 'column',
        pattern: whole(`${connection}/${part}\\.${part}\\.${part}`),
        example: 'clinic/public.patients.ssn',
      },
    ],
    [
      'Routine',
      {
        noun: 'routine',
        pattern: whole(`${connection}/${part}\\.${part}(?:\\((?:${type}(?:,${type})*)?\\))?`),
        example: 'clinic/public.f(int4,text)',
      },
    ],
    ['Route', { noun: 'route', pattern: whole(`${connection}/${route}`), example: 'records/GET /patients/{id}' }],
    [
      'Field',
      { noun: 'field', pattern: whole(`${connection}/${route} \\$.+`), example: 'records/GET /patients/{id} $.ssn' },
    ],
    ['Workload', { noun: 'workload', pattern: whole('[^/]+/.+'), example: 'demo/nightly-etl' }],
    ['User', { noun: 'user', pattern: whole('[^/]+/.+'), example: 'people/dana' }],
    ['Group', { noun: 'group', pattern: whole('[\\s\\S]+'), example: 'pipelines' }],
  ]);

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, 'u');
}
