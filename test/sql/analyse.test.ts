import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyse, analyser, factsOf, open, protecting, verdict } from './seen.ts';

const scope = { catalogue: protecting, path: ['public'] };

test('bytes that are not text are refused before anything reads them', () => {
  const table: readonly (readonly [Buffer, string])[] = [
    [Buffer.from('select 1\0; drop table claims'), 'invalid_text'],
    [Buffer.from([0x73, 0xff, 0xfe]), 'invalid_text'],
    [Buffer.from("select '\xed\xa0\x80'", 'latin1'), 'invalid_text'],
    [Buffer.from('\ufeffselect 1'), 'syntax_error'],
    [Buffer.alloc(1024 * 1024 + 1, 0x20), 'limit_exceeded'],
    [Buffer.from(`select ${'1+'.repeat(20_000)}1`), 'limit_exceeded'],
    [Buffer.from('select 1 frm x y'), 'syntax_error'],
  ];
  for (const [text, code] of table) {
    const analysis = analyser.analyse(text, scope);
    assert.equal(analysis.kind === 'refused' ? analysis.denial.code : null, code);
  }
});

test('one set of facts per statement, none for nothing', () => {
  for (const sql of ['', ' ', ';;', '-- x', '/* x */'])
    assert.deepEqual(analyse(sql), { kind: 'facts', statements: [] }, sql);
  const both = analyse("select 'x'; begin /* y */;");
  assert.deepEqual(both.kind === 'facts' ? both.statements.map((facts) => [facts.construct, facts.normalised]) : null, [
    ['SelectStmt', 'select ?'],
    ['TransactionStmt', 'begin'],
  ]);
});

test('the value of a setting is not kept, in whatever form it is written', () => {
  const table: readonly (readonly [string, string])[] = [
    ['set application_name = zyxwora', 'set application_name = ?'],
    ['set local timezone to zyxw', 'set local timezone to ?'],
    ["set time zone 'zyxw'", 'set time zone ?'],
    ['SET statement_timeout=5', 'SET statement_timeout= ?'],
    ['reset application_name', 'reset application_name'],
    ['set search_path to public, clinic', 'set search_path to public, clinic'],
  ];
  for (const [sql, shown] of table) assert.equal(factsOf(sql).normalised, shown);
});

test('a short statement that spreads out to millions of columns is refused before it does', () => {
  const stars = (count: number) => Array.from({ length: count }, () => '*').join(', ');
  const nested = `with a as (select ${stars(100)} from claims), b as (select ${stars(100)} from a), c as (select ${stars(100)} from b) select 1`;
  const derived = `select ${stars(120)} from (select ${stars(120)} from (select ${stars(120)} from claims) x) y`;
  const joins = `with a as (select ${stars(400)} from claims) select 1 from a a0 ${Array.from({ length: 230 }, (_, at) => `cross join a b${at}`).join(' ')}`;
  const union = `select ${stars(1000)} from claims ${Array.from({ length: 400 }, () => `union all select ${stars(1000)} from claims`).join(' ')}`;
  for (const sql of [nested, derived, joins, union]) {
    const analysis = analyse(sql);
    assert.equal(analysis.kind === 'refused' ? analysis.denial.code : null, 'limit_exceeded', sql.slice(0, 60));
  }
  const ordinary = `select ${stars(20)} from claims a ${Array.from({ length: 60 }, (_, at) => `join claims b${at} on b${at}.id = a.id`).join(' ')}`;
  assert.equal(analyse(ordinary).kind, 'facts');
});

test('one refused statement refuses the whole text', () => {
  assert.match(verdict('select 1; fetch c; select 2'), /^not_supported: FETCH is not carried/);
});

test('large texts are told apart, and analysed all the same', () => {
  const large = Buffer.from(`select id from claims where status in (${"'x',".repeat(40_000)}'y')`);
  assert.equal(analyser.isLarge(large), true);
  assert.equal(analyser.isLarge(Buffer.from('select 1')), false);
  assert.equal(analyser.analyse(large, scope).kind, 'facts');
});

test('every refusal has a sentence and a way forward, and repeats no literal', () => {
  for (const sql of [
    "select p from patients p where zip = 'Zq7'",
    "select 'Zq7' from missing",
    'select "Zq7-9" from patients',
    'select 1 from patients where ssn = "Zq7 é"',
    "select x('Zq7')",
    'select "Zq7-1"(1)',
    'select \'Zq7\'::"Zq7-2"',
    "update patients set zip = ssn || 'Zq7'",
    "copy claims from 'Zq7'",
    "copy patients to stdout with (delimiter 'Zq7')",
    "copy claims from stdin with (zq7 'Zq7')",
    'with "Zq7-3" as (select 1) select * from "Zq7-4"',
  ]) {
    const analysis = analyse(sql);
    assert.ok(analysis.kind === 'refused', sql);
    assert.doesNotMatch(JSON.stringify(analysis.denial), /Zq7/, sql);
    assert.ok(analysis.denial.message.length > 10 && (analysis.denial.hint ?? '').length > 5, sql);
    assert.ok(!analysis.denial.message.endsWith('.'), sql);
  }
});

test('routines that are not reviewed are named where nothing is protected', () => {
  const facts = factsOf('select risk_score(1), audit.risk_score(2, $1), unheard_of()', open);
  assert.deepEqual(facts.routines, [
    // Unqualified it can mean any of them, and a built-in of that name before them all.
    { schema: 'public', name: 'risk_score', overloads: [['integer']] },
    { schema: 'audit', name: 'risk_score', overloads: [['bigint', 'text']] },
    { schema: 'pg_catalog', name: 'risk_score', overloads: [] },
    { schema: 'pg_catalog', name: 'unheard_of', overloads: [] },
  ]);
  assert.deepEqual(facts.effects, [{ kind: 'opaque' }]);
  assert.deepEqual(factsOf("select 'a' ~~~ 'b'", open).effects, [{ kind: 'opaque' }]);
  assert.deepEqual(factsOf("select nextval('patients_id_seq')").routines, [
    { schema: 'pg_catalog', name: 'nextval', overloads: [] },
  ]);
});

test('statements that are not carried are refused by name', () => {
  const table: Readonly<Record<string, RegExp>> = {
    'declare c cursor for select 1': /DECLARE CURSOR/,
    'fetch c': /FETCH/,
    'move c': /FETCH/,
    'prepare p as select 1': /PREPARE/,
    'execute p': /EXECUTE/,
    'do $$ begin end $$': /DO/,
    'call p()': /CALL/,
    "load 'x'": /LOAD/,
    'explain copy claims to stdout': /syntax error/,
    'explain execute p': /EXPLAIN of ExecuteStmt/,
    'explain select ssn from patients': /EXPLAIN on tables with protected columns/,
  };
  for (const [sql, sentence] of Object.entries(table)) assert.match(verdict(sql), sentence, sql);
});

test('whatever the text, there is an answer', () => {
  const word = fc.constantFrom(
    ..."select from where ssn patients p ( ) , * . = 1 'x' and or not in union all order by group limit case when then end as with recursive insert into values update set delete returning join on using lateral exists $1 :: text is null array[ ] over distinct".split(
      ' ',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 14 }), (words) => {
      const analysis = analyse(`select ${words.join(' ')}`);
      if (analysis.kind === 'refused')
        assert.notEqual(analysis.denial.message, 'the analysis of this statement failed');
    }),
    { numRuns: 3000 },
  );
});
