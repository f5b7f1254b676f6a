import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cacheKey, ledgerText } from '../../src/sql/normalise.ts';
import { literal, statementWith } from './literals.ts';

test('the text of the ledger has no literal, comment or line break', () => {
  const table: readonly (readonly [string, string])[] = [
    ["select  *\n from t where a = 'x''y' -- note\n and b=1.5e3", 'select * from t where a = ? and b=?'],
    ["select E'\\'', $$a$$, $q$b$q$, B'01', x'ff', N'n', U&'\\0061'", 'select ?, ?, ?, ?, ?, ?, ?'],
    ['/* a /* b */ */select $1::int', 'select $1::int'],
    ['select "ssn", "Full Name", "123-45-6789", "a.b", u&"x"', 'select "ssn", "Full Name", "?", "?", "?"'],
    ["select 'a'\n'b'", 'select ?'],
    ['select -1', 'select -?'],
    [`select ${'a'.repeat(64)}`, 'select ?'],
    ['select 1 ', 'select ?'],
    ['', ''],
  ];
  for (const [sql, expected] of table)
    assert.equal(ledgerText(Buffer.from(sql), 0, Buffer.byteLength(sql)), expected, sql);
});

test('text that is not made of tokens has no such form', () => {
  for (const sql of ["select 'x", 'select 1a', 'select \u0001', 'select $$', 'select "']) {
    assert.equal(ledgerText(Buffer.from(sql), 0, sql.length), null, sql);
    assert.equal(cacheKey(Buffer.from(sql)), null, sql);
  }
});

test('a slice is normalised on its own', () => {
  const text = Buffer.from("select 'a'; select 2");
  assert.equal(ledgerText(text, 11, text.length), 'select ?');
});

test('keys tell kinds of literals apart, and names to the byte', () => {
  const key = (sql: string) => cacheKey(Buffer.from(sql));
  const different = [
    "select 'a'",
    'select 1',
    "select B'1'",
    "select X'1'",
    "select N'1'",
    'select "a"',
    'select "A"',
    'select a',
    'select A',
    'select $1',
    'select $2',
  ];
  assert.equal(new Set(different.map(key)).size, different.length);
  assert.equal(key("select 'a', 1"), key("SELECT 'b', 2".replace('SELECT', 'select')));
  assert.equal(key("select E'\\n'"), key("select 'n'"));
  assert.equal(key('select/**/1'), key('select 1'));
  assert.equal(key('select u&"a"'), null);
});

test('no literal survives, whatever it is made of', () => {
  const secret = 'Zq7';
  fc.assert(
    fc.property(fc.array(literal(secret), { minLength: 1, maxLength: 4 }), (literals) => {
      const text = Buffer.from(statementWith(literals));
      const shown = ledgerText(text, 0, text.length);
      assert.ok(shown !== null && !shown.includes(secret) && !/[0-9]{2}/.test(shown), String(shown));
    }),
    { numRuns: 500 },
  );
});
