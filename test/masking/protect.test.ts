import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CatalogueSnapshot, Relation } from '../../src/core/catalogue.ts';
import type { ProtectRule } from '../../src/core/connection.ts';
import { resolveProtection } from '../../src/masking/protect.ts';

describe('resolveProtection', () => {
  test('gives each column the class of the most specific rule', () => {
    const snapshot = snapshotOf(table(1, 'patients', ['id', 'ssn', 'full_name']), table(2, 'providers', ['full_name']));
    const { snapshot: resolved, faults } = resolveProtection(
      rules({
        '*.*.*name': 'other',
        'public.*.full_name': 'name',
        'public.patients.ssn': 'ssn',
        'public.providers.full_name': 'staff',
      }),
      snapshot,
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(classesOf(resolved), {
      'patients.id': null,
      'patients.ssn': 'ssn',
      'patients.full_name': 'name',
      'providers.full_name': 'staff',
    });
  });

  test('without rules nothing is protected, whatever the snapshot said, and the version stays', () => {
    const stale = snapshotOf({
      ...table(1, 't', ['a']),
      columns: [{ name: 'a', number: 1, typeOid: 25, class: 'ssn' }],
    });
    const { snapshot, faults } = resolveProtection([], stale);
    assert.deepEqual(faults, []);
    assert.deepEqual(classesOf(snapshot), { 't.a': null });
    assert.equal(snapshot.version, 'v1');
  });

  test('the version tells classes apart', () => {
    const snapshot = snapshotOf(table(1, 't', ['a', 'b']));
    const versions = [{ 'public.t.a': 'ssn' }, { 'public.t.a': 'mrn' }, { 'public.t.b': 'ssn' }].map(
      (stated) => resolveProtection(rules(stated), snapshot).snapshot.version,
    );
    assert.equal(new Set([...versions, 'v1']).size, 4);
    assert.equal(resolveProtection(rules({ 'public.t.a': 'ssn' }), snapshot).snapshot.version, versions[0]);
  });

  const faulty: readonly {
    name: string;
    relations: readonly Relation[];
    stated: Record<string, string>;
    fault: RegExp;
  }[] = [
    {
      name: 'a syntax error',
      relations: [],
      stated: { 'public.t': 'x' },
      fault: /^protect pattern "public.t": has 2 of the three parts/,
    },
    {
      name: 'an empty class',
      relations: [table(1, 't', ['a'])],
      stated: { 'public.t.a': '' },
      fault: /class is empty/,
    },
    {
      name: 'a column that does not exist',
      relations: [table(1, 't', ['a'])],
      stated: { 'public.t.b': 'x' },
      fault: /^protect pattern "public.t.b" names a column that the database does not have$/,
    },
    {
      name: 'a tie',
      relations: [table(1, 'ab', ['a'])],
      stated: { 'public.a*.a': 'x', 'public.*b.a': 'y' },
      fault:
        /^column public\.ab\.a: the protect patterns "public\.(a\*|\*b)\.a" \([xy]\) and "public\.(a\*|\*b)\.a" \([xy]\) are equally specific/,
    },
    {
      name: 'a conflict between parent and child',
      relations: [table(1, 'p', ['a']), table(2, 'c', ['a'], [1])],
      stated: { 'public.p.a': 'x', 'public.c.a': 'y' },
      fault: /public\.[pc]\.a \([xy]\) and public\.[pc]\.a \([xy]\) hold the same data/,
    },
    {
      name: 'an unknown parent',
      relations: [table(2, 'c', ['a'], [1])],
      stated: { 'public.c.a': 'x' },
      fault: /^public\.c inherits from a relation \(oid 1\)/,
    },
  ];
  for (const { name, relations, stated, fault } of faulty) {
    test(`states ${name} as a fault`, () => {
      const { faults } = resolveProtection(rules(stated), snapshotOf(...relations));
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults.join('\n'), fault);
    });
  }

  test('states all faults at once', () => {
    const { faults } = resolveProtection(
      rules({ 'a.b': 'x', 'public.t.z': 'x', 'public.t.y': 'x' }),
      snapshotOf(table(1, 't', ['a'])),
    );
    assert.equal(faults.length, 3);
  });

  test('a pattern with a glob may match nothing, and two rules that agree are no tie', () => {
    const { faults } = resolveProtection(
      rules({ 'other.*.a': 'x', 'public.a*.a': 'x', 'public.*b.a': 'x' }),
      snapshotOf(table(1, 'ab', ['a'])),
    );
    assert.deepEqual(faults, []);
  });

  test('a tie that a more specific rule settles is none', () => {
    const stated = { 'public.a*.a': 'x', 'public.*b.a': 'y', 'public.ab.a': 'z' };
    const { snapshot, faults } = resolveProtection(rules(stated), snapshotOf(table(1, 'ab', ['a'])));
    assert.deepEqual(faults, []);
    assert.deepEqual(classesOf(snapshot), { 'ab.a': 'z' });
  });

  test('closes over inheritance in both directions and across parents of one child', () => {
    const relations = [
      table(1, 'grandparent', ['a', 'b']),
      table(2, 'parent', ['a', 'b'], [1]),
      table(3, 'other_parent', ['a']),
      table(4, 'child', ['a', 'b', 'c'], [2, 3]),
      table(5, 'sibling', ['a', 'b'], [1]),
      table(6, 'stranger', ['a', 'b']),
    ];
    const { snapshot, faults } = resolveProtection(
      rules({ 'public.child.a': 'ssn', 'public.parent.b': 'name' }),
      snapshotOf(...relations),
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(classesOf(snapshot), {
      'grandparent.a': 'ssn',
      'grandparent.b': 'name',
      'parent.a': 'ssn',
      'parent.b': 'name',
      'other_parent.a': 'ssn',
      'child.a': 'ssn',
      'child.b': 'name',
      'child.c': null,
      'sibling.a': 'ssn',
      'sibling.b': 'name',
      'stranger.a': null,
      'stranger.b': null,
    });
  });

  test('whichever member of a random family is protected, all of them are', () => {
    const forest = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(forest, fc.nat(), (parents, chosen) => {
        const relations = parents.map((parent, i) => table(i + 1, `t${i}`, ['a'], i === 0 ? [] : [(parent % i) + 1]));
        const protectedTable = `t${chosen % relations.length}`;
        const { snapshot, faults } = resolveProtection(
          rules({ [`public.${protectedTable}.a`]: 'x' }),
          snapshotOf(...relations),
        );
        assert.deepEqual(faults, []);
        assert.deepEqual(new Set(Object.values(classesOf(snapshot))), new Set(['x']));
      }),
    );
  });
});

function rules(stated: Readonly<Record<string, string>>): readonly ProtectRule[] {
  return Object.entries(stated).map(([pattern, className]) => ({ pattern, class: className }));
}

function table(oid: number, name: string, columns: readonly string[], parents: readonly number[] = []): Relation {
  return {
    oid,
    schema: 'public',
    name,
    kind: 'table',
    parents,
    columns: columns.map((column, i) => ({ name: column, number: i + 1, typeOid: 25, class: null })),
  };
}

function snapshotOf(...relations: readonly Relation[]): CatalogueSnapshot {
  return {
    version: 'v1',
    serverVersion: 180004,
    defaultPath: ['public'],
    relations,
    routines: [],
    operators: [],
    types: [],
  };
}

function classesOf(snapshot: CatalogueSnapshot): Record<string, string | null> {
  return Object.fromEntries(
    snapshot.relations.flatMap((relation) =>
      relation.columns.map((column) => [`${relation.name}.${column.name}`, column.class]),
    ),
  );
}
