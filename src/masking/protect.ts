import { createHash } from 'node:crypto';
import { type CatalogueColumn, type CatalogueSnapshot, columnLabel, type Relation } from '../core/catalogue.ts';
import type { ProtectRule } from '../core/connection.ts';
import type { ColumnName } from '../core/facts.ts';
import { familiesOfColumns } from './column-families.ts';
import { type ColumnPattern, compareSpecificity, matchesColumn, parseColumnPattern } from './column-pattern.ts';

export interface Protection {
  /** The catalogue with classes. Not to be used when there are faults. */
  readonly snapshot: CatalogueSnapshot;
  /** Sentences for the operator: what in the configuration, or between it and the database, does not fit. */
  readonly faults: readonly string[];
}

/**
 * Gives every column its class: from the most specific rule that matches it, then closed over inheritance and partitions in
 * both directions, since a parent is read through its children and the other way round. Whatever class the given snapshot
 * states is replaced.
 */
export function resolveProtection(rules: readonly ProtectRule[], snapshot: CatalogueSnapshot): Protection {
  if (rules.length === 0) return { snapshot: withClasses(snapshot, new Map()), faults: [] };
  const faults: string[] = [];
  const parsed = parseRules(rules, faults);
  const stated = statedClasses(parsed, snapshot, faults);
  const classes = closeOverFamilies(stated, snapshot, faults);
  return { snapshot: withClasses(snapshot, classes), faults };
}

interface ParsedRule {
  readonly pattern: ColumnPattern;
  readonly class: string;
}

function parseRules(rules: readonly ProtectRule[], faults: string[]): readonly ParsedRule[] {
  const parsed: ParsedRule[] = [];
  for (const rule of rules) {
    const pattern = parseColumnPattern(rule.pattern);
    if (!pattern.ok) faults.push(`protect pattern ${pattern.error}`);
    else if (rule.class === '') faults.push(`protect pattern ${JSON.stringify(rule.pattern)}: its class is empty`);
    else parsed.push({ pattern: pattern.value, class: rule.class });
  }
  return parsed;
}

function statedClasses(
  rules: readonly ParsedRule[],
  snapshot: CatalogueSnapshot,
  faults: string[],
): ReadonlyMap<CatalogueColumn, string> {
  const classes = new Map<CatalogueColumn, string>();
  const used = new Set<ParsedRule>();
  const mostSpecificFirst = [...rules].sort((a, b) => compareSpecificity(b.pattern, a.pattern));
  for (const { name, column } of columnsOf(snapshot)) {
    let best: ParsedRule | null = null;
    for (const rule of mostSpecificFirst) {
      if (!matchesColumn(rule.pattern, name)) continue;
      used.add(rule);
      if (best === null) {
        best = rule;
        classes.set(column, rule.class);
      } else if (compareSpecificity(best.pattern, rule.pattern) === 0 && best.class !== rule.class) {
        faults.push(tie(name, best, rule));
      }
    }
  }
  for (const rule of rules) {
    if (rule.pattern.globs === 0 && !used.has(rule)) {
      faults.push(
        `protect pattern ${JSON.stringify(rule.pattern.source)} names a column that the database does not have`,
      );
    }
  }
  return classes;
}

function tie(name: ColumnName, a: ParsedRule, b: ParsedRule): string {
  const sources = [a, b].map((rule) => `${JSON.stringify(rule.pattern.source)} (${rule.class})`).join(' and ');
  return `column ${columnLabel(name)}: the protect patterns ${sources} are equally specific and name different classes`;
}

function closeOverFamilies(
  stated: ReadonlyMap<CatalogueColumn, string>,
  snapshot: CatalogueSnapshot,
  faults: string[],
): ReadonlyMap<CatalogueColumn, string> {
  const classes = new Map(stated);
  const families = familiesOfColumns(snapshot);
  for (const { child, parent } of families.orphans) {
    faults.push(
      `${child.schema}.${child.name} inherits from a relation (oid ${parent}) that the catalogue does not hold`,
    );
  }
  for (const family of families.columns) {
    const source = family.find((member) => stated.has(member.column));
    const found = source === undefined ? undefined : stated.get(source.column);
    if (source === undefined || found === undefined) continue;
    for (const member of family) {
      const own = stated.get(member.column);
      if (own === undefined) classes.set(member.column, found);
      else if (own !== found) {
        faults.push(
          `columns ${columnLabel(source.name)} (${found}) and ${columnLabel(member.name)} (${own}) hold the same data by ` +
            'inheritance or partitioning and have different classes',
        );
      }
    }
  }
  return classes;
}

function withClasses(snapshot: CatalogueSnapshot, classes: ReadonlyMap<CatalogueColumn, string>): CatalogueSnapshot {
  const relations = snapshot.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => ({ ...column, class: classes.get(column) ?? null })),
  }));
  return { ...snapshot, version: versionWith(snapshot.version, relations), relations };
}

/** Classes are part of what the version stands for: facts found under other classes must not be taken for these. */
function versionWith(version: string, relations: readonly Relation[]): string {
  const classes = relations.flatMap((relation) =>
    relation.columns
      .filter((column) => column.class !== null)
      .map((column) => [relation.oid, relation.schema, relation.name, column.name, column.class]),
  );
  if (classes.length === 0) return version;
  return `${version}+${createHash('sha256').update(JSON.stringify(classes)).digest('hex').slice(0, 12)}`;
}

function* columnsOf(snapshot: CatalogueSnapshot): Iterable<{ name: ColumnName; column: CatalogueColumn }> {
  for (const { schema, name, columns } of snapshot.relations) {
    for (const column of columns) yield { name: { schema, name, column: column.name }, column };
  }
}
