import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Analyser } from '../../src/sql/analyse.ts';
import { CatalogueIndex } from '../../src/sql/catalogue-index.ts';
import { clinicCatalogue } from './clinic-catalogue.ts';
import { analyse, factsOf, open, protecting } from './seen.ts';

test('texts that differ in literals, comments and blanks share one object', () => {
  const first = analyse("select zip from patients where id = 1 and status = 'a'");
  const second = analyse("select zip  from patients /* x */ where id = 22 and status = 'b'");
  assert.equal(first, second);
  assert.ok(Object.isFrozen(first) && first.kind === 'facts' && Object.isFrozen(first.statements[0]?.tables));
});

test('texts whose literals matter keep their own facts', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['select id, ssn from patients order by 1', 'select id, ssn from patients order by 2'],
    ['select id, ssn from patients group by 1', 'select id, ssn from patients group by 2'],
    ['select distinct on (1) id, ssn from patients', 'select distinct on (2) id, ssn from patients'],
    ["set search_path = 'a'", "set search_path = 'b'"],
    ["select set_config('search_path', 'a', false)", "select set_config('search_path', 'b', false)"],
  ];
  for (const [one, other] of pairs) {
    const facts = factsOf(one);
    assert.notDeepEqual(facts, factsOf(other), one);
    assert.equal(factsOf(one), facts, 'and are still found again');
  }
});

test('keywords that look like literals are not', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['select zip from patients limit 1', 'select zip from patients limit null'],
    ['select id from patients where ssn = $1', 'select id from patients where ssn = null'],
  ];
  for (const [one, other] of pairs) assert.notEqual(analyse(one), analyse(other));
});

test('catalogue and path are part of the key', () => {
  const sql = 'select ssn from patients where id = 1';
  const facts = [
    analyse(sql),
    analyse(sql, open),
    analyse(sql, protecting, ['archive']),
    analyse(sql, new CatalogueIndex(clinicCatalogue())),
  ];
  assert.equal(new Set(facts).size, facts.length);
  const mutable = ['public'];
  const before = analyse(sql, protecting, mutable);
  mutable[0] = 'archive';
  assert.notEqual(analyse(sql, protecting, mutable), before);
});

test('facts from the cache are what a fresh analysis says', async () => {
  const fresh = await Analyser.load();
  const number = fc.constantFrom('0', '1', '2', '3', '-1', '1.5', '99999999999', '1e3', '0x1F', '12');
  const string = fc.constantFrom(
    "''",
    "'a'",
    "'1'",
    "'public'",
    "E'\\n'",
    "'off'",
    "'UTF8'",
    '$$x$$',
    "'iso'",
    "'t'",
    "'search_path'",
  );
  const templates = fc.constantFrom<(n: readonly string[], s: readonly string[]) => string>(
    (n, s) => `select id, zip, ssn from patients where id = ${n[0]} and zip = ${s[0]} order by ${n[1]}`,
    (n) => `select status, ssn, count(*) from patients group by ${n[0]}, ${n[1]}`,
    (n) => `select ssn from patients limit ${n[0]} offset ${n[1]}`,
    (n, s) => `select interval ${s[0]} day, cast(zip as varchar(${n[0]})), ssn::float(${n[0]}) from patients`,
    (n, s) => `select id from patients where ssn in (${s[0]}, ${s[1]}) and id between ${n[0]} and ${n[1]}`,
    (n, s) =>
      `insert into claims(id, status) values (${n[0]}, ${s[0]}) on conflict (id) do update set status = ${s[0]}`,
    (_, s) => `set search_path = ${s[0]}, ${s[1]}`,
    (_, s) => `set client_encoding = ${s[0]}`,
    (_, s) => `set datestyle to ${s[0]}`,
    (_, s) => `select set_config(${s[0]}, ${s[1]}, true)`,
    (_, s) => `explain (format ${s[0]}) select id from claims`,
    (n, s) => `select distinct on (${n[0]}) ssn, id, ${s[0]} from patients order by ${n[0]}`,
    (n, s) => `select * from generate_series(1, ${n[0]}) g where ${s[0]} = ${s[0]} or ${n[0]} = 1`,
    (n, s) => `select string_agg(zip, ${s[0]} order by ssn), grouping(zip) from patients group by rollup(zip, ${n[0]})`,
    (n) => `select id from patients union select id from claims order by ${n[0]}`,
  );
  const values = fc.tuple(
    fc.array(number, { minLength: 2, maxLength: 2 }),
    fc.array(string, { minLength: 2, maxLength: 2 }),
  );
  fc.assert(
    fc.property(templates, values, values, (make, first, second) => {
      analyse(make(...first));
      const cached = analyse(make(...second));
      // Another catalogue object, and so another cache.
      const again = fresh.analyse(Buffer.from(make(...second)), {
        catalogue: new CatalogueIndex(clinicCatalogue()),
        path: ['public'],
      });
      // `float(0)` does not parse; from the cache it is forwarded, and the target says the same.
      if (again.kind === 'refused' && again.denial.code === 'syntax_error') return;
      assert.deepEqual(cached, again);
    }),
    { numRuns: 600 },
  );
});
