import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser } from '../../src/sql/parser.ts';
import { maxDepth, maxTextBytes, shapeDenial } from '../../src/sql/shape-limits.ts';

type Make = (count: number) => string;

const chains: Readonly<Record<string, Make>> = {
  plus: (n) => `select ${'1+'.repeat(n)}1`,
  minus: (n) => `select ${'- '.repeat(n)}1`,
  signs: (n) => `select ${'+'.repeat(n)} 1`,
  not: (n) => `select ${'not '.repeat(n)}true`,
  cast: (n) => `select 1${'::int'.repeat(n)}`,
  union: (n) => `select 1${' union select 1'.repeat(n)}`,
  'union all': (n) => `select 1${' union all select 1'.repeat(n)}`,
  join: (n) => `select * from a${' cross join b'.repeat(n)}`,
  collate: (n) => `select a${' collate "C"'.repeat(n)}`,
  'is null': (n) => `select a${' is null'.repeat(n)}`,
  'between and': (n) => `select a${' between 1 and 2 is null'.repeat(n)}`,
  'at time zone': (n) => `select a${" at time zone 'x'".repeat(n)}`,
  concat: (n) => `select a${' || a'.repeat(n)}`,
  'nested on the left': (n) => `select ${'('.repeat(100)}1${`${'+1'.repeat(Math.ceil(n / 100))})`.repeat(100)}`,
};

const nestings: Readonly<Record<string, Make>> = {
  parentheses: (n) => `select ${'('.repeat(n)}1${')'.repeat(n)}`,
  'sub-select': (n) => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`,
  'from sub-select': (n) => `select * from ${'(select * from '.repeat(n)}t${') x'.repeat(n)}`,
  case: (n) => `select ${'case when true then '.repeat(n)}1${' end'.repeat(n)}`,
  call: (n) => `select ${'f('.repeat(n)}1${')'.repeat(n)}`,
  array: (n) => `select ${'array['.repeat(n)}1${']'.repeat(n)}`,
  with: (n) => `${'with x as ('.repeat(n)}select 1${') select 1'.repeat(n)}`,
};

test('what would exhaust the parser is refused before it, what is common is not', async () => {
  const parser = await Parser.load();
  for (const [name, make] of Object.entries(chains)) {
    assert.equal(shapeDenial(Buffer.from(make(400))), null, name);
    assert.equal(parser.parse(Buffer.from(make(maxDepth))).ok, true, `${name} within the limit parses`);
    assert.equal(shapeDenial(Buffer.from(make(maxDepth * 4)))?.code, 'limit_exceeded', name);
  }
  for (const [name, make] of Object.entries(nestings)) {
    assert.equal(shapeDenial(Buffer.from(make(100))), null, name);
    assert.equal(parser.parse(Buffer.from(make(250))).ok, true, `${name} within the limit parses`);
    assert.equal(shapeDenial(Buffer.from(make(maxDepth)))?.code, 'limit_exceeded', name);
  }
});

test('wide is not deep', () => {
  const wide: readonly string[] = [
    `select ${'a + 1, '.repeat(20_000)}1`,
    `select 1 where ${'a = 1 and b = 2 or '.repeat(20_000)}true`,
    `select a in (${'1,'.repeat(20_000)}1)`,
    `insert into t values ${'(1, -2, (3)),'.repeat(20_000)}(1, 2, 3)`,
    `select 1 where ${"(a between 1 and 2 or b like 'x') and ".repeat(5000)}true`,
    `select ${'case when a then b end, '.repeat(5000)}1`,
  ];
  for (const sql of wide) assert.equal(shapeDenial(Buffer.from(sql)), null, sql.slice(0, 40));
});

test('other bounds have their own sentences', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    [' '.repeat(maxTextBytes + 1), /1048576 bytes/],
    ['select 1;'.repeat(1002), /1000 statements/],
    [`update t set ${'(a,b,c,d,e,f,g,h,i,j) = (with x as (update t set '.repeat(10)} 1`, /multiple-column SET/],
  ];
  for (const [sql, sentence] of table) assert.match(shapeDenial(Buffer.from(sql))?.message ?? '', sentence);
});

test('names that look like keywords do not unbalance the count', () => {
  const sql = `select ${'(case when a."end" then b.end else 1 end)+'.repeat(300)}1`;
  assert.equal(shapeDenial(Buffer.from(sql)), null);
});
