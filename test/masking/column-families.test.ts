import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogueSnapshot } from '../../src/core/catalogue.ts';
import { familiesOfColumns } from '../../src/masking/column-families.ts';

test('columns of one name along inheritance are one family', () => {
  const { columns, orphans } = familiesOfColumns(
    snapshotOf([1, ['a', 'b'], []], [2, ['a', 'b', 'c'], [1]], [3, ['c'], []], [4, ['a', 'c'], [1, 3]], [5, ['a'], []]),
  );
  const labels = columns.map((family) => family.map(({ name }) => `${name.name}.${name.column}`).sort());
  assert.deepEqual(labels.sort(), [
    ['t1.a', 't2.a', 't4.a'],
    ['t1.b', 't2.b'],
    ['t3.c', 't4.c'],
  ]);
  assert.deepEqual(orphans, []);
});

test('a parent outside of the snapshot is stated', () => {
  const { columns, orphans } = familiesOfColumns(snapshotOf([2, ['a'], [1]]));
  assert.deepEqual(columns, []);
  assert.deepEqual(
    orphans.map(({ child, parent }) => [child.name, parent]),
    [['t2', 1]],
  );
});

function snapshotOf(
  ...tables: readonly [oid: number, columns: readonly string[], parents: readonly number[]][]
): CatalogueSnapshot {
  const relations = tables.map(([oid, columns, parents]) => ({
    oid,
    schema: 'public',
    name: `t${oid}`,
    kind: 'table' as const,
    parents,
    columns: columns.map((name, i) => ({ name, number: i + 1, typeOid: 25, class: null })),
  }));
  return { version: 'v', serverVersion: 180004, defaultPath: [], relations, routines: [], operators: [], types: [] };
}
