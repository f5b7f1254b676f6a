import { type Body, qualifiedName } from './ast.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { notAnalysable } from './refused.ts';
import { shownNames } from './shown-name.ts';

/**
 * Refuses types that could run code or carry a row of a protected table, where the connection protects anything: what is
 * neither a reviewed built-in nor an enum.
 */
export function checkType(catalogue: CatalogueIndex, type: Body<'TypeName'>): void {
  if (!catalogue.protects) return;
  const parts = qualifiedName(type.names) ?? [];
  const name = parts.at(-1) ?? '';
  const schema = parts.length > 1 ? (parts.at(-2) ?? null) : null;
  if (schema === 'pg_catalog' && isBuiltIn(name)) return;
  const named = catalogue.typesNamed(name).filter((known) => schema === null || known.schema === schema);
  if (named.length > 0) {
    const other = named.find((known) => known.kind !== 'enum');
    if (other !== undefined)
      throw notAnalysable(
        `type "${other.schema}.${other.name}" (${other.kind}) may run code that is not analysed`,
        'cast to a built-in type',
      );
    return;
  }
  if (schema === null && isBuiltIn(name)) return;
  throw notAnalysable(`type "${shownNames(parts)}" is not reviewed`, 'cast to a built-in type');
}

export function isBuiltIn(name: string): boolean {
  return builtIn.has(name.startsWith('_') ? name.slice(1) : name);
}

const builtIn = new Set(
  `bool bytea char name int8 int2 int4 text oid tid xid xid8 cid json jsonb xml point lseg path box polygon line circle cidr
  inet macaddr macaddr8 money bpchar varchar date time timestamp timestamptz interval timetz bit varbit numeric float4 float8
  uuid tsvector tsquery jsonpath regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
  regprocedure regrole regtype int2vector oidvector aclitem pg_lsn txid_snapshot pg_snapshot refcursor int4range numrange
  tsrange tstzrange daterange int8range int4multirange nummultirange tsmultirange tstzmultirange datemultirange int8multirange
  record`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
