import type { CatalogueColumn, CatalogueSnapshot, Relation } from '../core/catalogue.ts';
import type { ColumnName, RelationName } from '../core/facts.ts';

/** Columns that share their data through inheritance or partitioning. */
export interface ColumnFamilies {
  /** Each with at least two members. */
  readonly columns: readonly (readonly FamilyMember[])[];
  /** Relations with a parent that is not in the snapshot: their families cannot be known. */
  readonly orphans: readonly { readonly child: RelationName; readonly parent: number }[];
}

export interface FamilyMember {
  readonly name: ColumnName;
  readonly column: CatalogueColumn;
}

/**
 * PostgreSQL merges an inherited column with a column of the same name, so the name says it all. Two parents of one child
 * are one family: reading either returns the rows of the child.
 */
export function familiesOfColumns(snapshot: CatalogueSnapshot): ColumnFamilies {
  const relations = new Map(snapshot.relations.map((relation) => [relation.oid, relation]));
  const orphans: { child: RelationName; parent: number }[] = [];
  const neighbours = new Map<FamilyMember, FamilyMember[]>();
  const members = new Map<CatalogueColumn, FamilyMember>();
  for (const child of snapshot.relations) {
    for (const oid of child.parents) {
      const parent = relations.get(oid);
      if (parent === undefined) orphans.push({ child, parent: oid });
      else connect(members, neighbours, parent, child);
    }
  }
  return { columns: components(neighbours), orphans };
}

function connect(
  members: Map<CatalogueColumn, FamilyMember>,
  neighbours: Map<FamilyMember, FamilyMember[]>,
  parent: Relation,
  child: Relation,
): void {
  const inherited = new Map(parent.columns.map((column) => [column.name, column]));
  for (const column of child.columns) {
    const above = inherited.get(column.name);
    if (above === undefined) continue;
    const a = memberOf(members, parent, above);
    const b = memberOf(members, child, column);
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  }
}

function memberOf(
  members: Map<CatalogueColumn, FamilyMember>,
  relation: Relation,
  column: CatalogueColumn,
): FamilyMember {
  const known = members.get(column);
  if (known !== undefined) return known;
  const made = { name: { schema: relation.schema, name: relation.name, column: column.name }, column };
  members.set(column, made);
  return made;
}

function components(
  neighbours: ReadonlyMap<FamilyMember, readonly FamilyMember[]>,
): readonly (readonly FamilyMember[])[] {
  const seen = new Set<FamilyMember>();
  const found: FamilyMember[][] = [];
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    const family: FamilyMember[] = [start];
    seen.add(start);
    // The list grows while it is walked: it is its own queue.
    for (const member of family) {
      for (const next of neighbours.get(member) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        family.push(next);
      }
    }
    found.push(family);
  }
  return found;
}
