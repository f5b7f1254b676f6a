import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TableUse } from '../../src/core/facts.ts';
import { facts, loaded, request, use } from './samples.ts';

const on = (resource: string, action = 'select') => `principal, action == Action::"${action}", resource == ${resource}`;
const table = 'Table::"clinic/public.claims"';
const id = 'Column::"clinic/public.claims.id"';
const sum = 'Column::"clinic/public.claims.sum"';

interface Case {
  readonly name: string;
  readonly policies: readonly string[];
  readonly use: Partial<TableUse>;
  readonly answer: string;
}

const cases: readonly Case[] = [
  {
    name: 'columns alone let what touches only them through',
    policies: [`@id("a") permit(${on(id)});`],
    use: { columns: ['id'] },
    answer: 'allow a',
  },
  {
    name: 'another column is not permitted with them, and is named',
    policies: [`@id("a") permit(${on(id)});`],
    use: { columns: ['id', 'sum'] },
    answer: 'deny: no policy permits select on public.claims.sum',
  },
  {
    name: 'counting rows touches no column: it takes the table',
    policies: [`@id("a") permit(${on(id)});`],
    use: { columns: [] },
    answer: 'deny: no policy permits select on public.claims',
  },
  {
    name: 'where no column is permitted, it is the table that is not',
    policies: [`@id("a") permit(${on(id)});`],
    use: { columns: ['sum'] },
    answer: 'deny: no policy permits select on public.claims',
  },
  {
    name: 'a permit on the table covers its columns',
    policies: [`@id("a") permit(${on(table)});`, `@id("b") permit(${on(id)});`],
    use: { columns: ['id', 'sum'] },
    answer: 'allow a,b',
  },
  {
    name: 'a forbid on a column refuses whatever its table has',
    policies: [`@id("a") permit(${on(table)});`, `@id("f") forbid(${on(sum)});`],
    use: { columns: ['id', 'sum'] },
    answer: 'deny: denied by policy "f"',
  },
  {
    name: 'a forbid on the table refuses whatever its columns have',
    policies: [`@id("a") permit(${on(id)});`, `@id("f") forbid(${on(table)});`],
    use: { columns: ['id'] },
    answer: 'deny: denied by policy "f"',
  },
  {
    name: 'reading is not assigning',
    policies: [`@id("a") permit(${on(id)});`],
    use: { action: 'update', columns: ['id'] },
    answer: 'deny: no policy permits update on public.claims',
  },
  {
    name: 'columns may be assigned one by one',
    policies: [`@id("a") permit(${on(id, 'insert')});`, `@id("b") permit(${on(sum, 'insert')});`],
    use: { action: 'insert', columns: ['id', 'sum'] },
    answer: 'allow a,b',
  },
  {
    name: 'a table whose permit asks for an approval, with a column that needs none: nothing is held',
    policies: [`@id("a") @approval("x") permit(${on(table)});`, `@id("b") permit(${on(id)});`],
    use: { columns: ['id'] },
    answer: 'allow b',
  },
  {
    name: 'the other column still needs the approval',
    policies: [`@id("a") @approval("x") permit(${on(table)});`, `@id("b") permit(${on(id)});`],
    use: { columns: ['id', 'sum'] },
    answer: 'hold a',
  },
  {
    name: 'a column may need one where another does not',
    policies: [`@id("a") @approval("x") permit(${on(id)});`, `@id("b") permit(${on(sum)});`],
    use: { columns: ['id', 'sum'] },
    answer: 'hold a',
  },
];

for (const { name, policies, use: change, answer } of cases) {
  test(name, () => {
    const decision = loaded(policies.join('\n')).decide(request(facts({ tables: [use('public.claims', change)] })));
    const shown =
      decision.kind === 'deny' ? `deny: ${decision.message}` : `${decision.kind} ${decision.policies.join(',')}`;
    assert.equal(shown, answer);
  });
}

const day = Date.parse('2026-11-21T00:00:00Z');
const until = (daysFromNow: number) => new Date(day + daysFromNow * 86_400_000).toISOString().slice(0, 10);

const drawn = fc.record({
  effect: fc.constantFrom('permit', 'permit', 'permit', 'forbid'),
  resource: fc.constantFrom(table, id, sum),
  maxRows: fc.option(fc.integer({ min: 1, max: 50 })),
  expires: fc.option(fc.constantFrom(-2, -1, 2)),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function written({ effect, resource, maxRows, expires }: Drawn, at: number): string {
  const terms =
    effect === 'forbid'
      ? ''
      : `${maxRows === null ? '' : ` @maxRows("${maxRows}")`}${expires === null ? '' : ` @validUntil("${until(expires)}")`}`;
  return `@id("p${at}")${terms} ${effect}(${on(resource)});`;
}

/** The rules of docs/policy.md once more, in the plainest form. */
function expected(policies: readonly Drawn[], columns: readonly string[]): { allow: boolean; rows: number | null } {
  const touched = columns.map((column) => `Column::"clinic/public.claims.${column}"`);
  const live = policies.filter(({ effect, expires }) => effect === 'permit' && (expires === null || expires > 0));
  const forbidden = policies.some(
    ({ effect, resource }) => effect === 'forbid' && (resource === table || touched.includes(resource)),
  );
  const permits = (resource: string) => live.filter((policy) => policy.resource === resource);
  const byTable = permits(table);
  const byColumns = touched.length > 0 && touched.every((column) => permits(column).length > 0);
  if (forbidden || (byTable.length === 0 && !byColumns)) return { allow: false, rows: null };
  const bounds = [...byTable, ...touched.flatMap(permits)].flatMap(({ maxRows }) => maxRows ?? []);
  return { allow: true, rows: bounds.length === 0 ? null : Math.min(...bounds) };
}

test('property: forbid wins, the strictest bound wins, what has expired adds nothing', () => {
  // Makes columns be asked about: without a policy that tells them apart they are not.
  const apart = '@id("apart") forbid(principal, action == Action::"select", resource == Column::"clinic/a.b.c");';
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 6 }), fc.subarray(['id', 'sum']), (policies, columns) => {
      const set = loaded([...policies.map(written), apart].join('\n'));
      const asked = request(facts({ tables: [use('public.claims', { columns })] }));
      const decision = set.decide({ ...asked, context: { ...asked.context, time: (day + 1) * 1000 } });
      const { allow, rows } = expected(policies, columns);
      assert.equal(decision.kind, allow ? 'allow' : 'deny');
      assert.equal(decision.kind === 'allow' ? (decision.maxRows?.rows ?? null) : null, rows);
    }),
    { numRuns: 150 },
  );
});

test('property: a permit that has expired never changes a decision', () => {
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 4 }), drawn, fc.subarray(['id', 'sum']), (policies, extra, columns) => {
      const asked = request(facts({ tables: [use('public.claims', { columns })] }));
      const before = policies.map(written);
      const expired = written({ ...extra, effect: 'permit', expires: -1 }, 99);
      const kinds = [before, [...before, expired]].map((texts) => {
        const decision = loaded(texts.join('\n')).decide(asked);
        return decision.kind === 'allow' ? decision : [decision.kind, decision.policies];
      });
      assert.deepEqual(kinds[0], kinds[1]);
    }),
    { numRuns: 60 },
  );
});
