import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { Lexer, Token, type TokenKind } from '../../src/sql/lexer.ts';

await loadModule();

test('every kind of token', () => {
  const table: readonly (readonly [string, readonly (readonly [TokenKind, string])[]])[] = [
    ['select a$1', words('select', 'a$1')],
    ["'it''s' ", [[Token.string, "'it''s'"]]],
    ["E'a\\'b'", [[Token.string, "E'a\\'b'"]]],
    ["'a\\'", [[Token.string, "'a\\'"]]],
    ["'a'\n  'b'", [[Token.string, "'a'\n  'b'"]]],
    ["'a' -- note\n'b'", [[Token.string, "'a' -- note\n'b'"]]],
    ["E'a'\n'\\''", [[Token.string, "E'a'\n'\\''"]]],
    [
      "'a' 'b'",
      [
        [Token.string, "'a'"],
        [Token.string, "'b'"],
      ],
    ],
    [
      "'a' /* \n */ 'b'",
      [
        [Token.string, "'a'"],
        [Token.string, "'b'"],
      ],
    ],
    [
      "n'x' B'01' x'1F'",
      [
        [Token.nationalString, "n'x'"],
        [Token.bits, "B'01'"],
        [Token.hexBits, "x'1F'"],
      ],
    ],
    [
      'U&\'\\0061\' u&"x"',
      [
        [Token.string, "U&'\\0061'"],
        [Token.unicodeName, 'u&"x"'],
      ],
    ],
    [
      '$$a$$ $q$ $$ $q$',
      [
        [Token.string, '$$a$$'],
        [Token.string, '$q$ $$ $q$'],
      ],
    ],
    [
      '$1 $22',
      [
        [Token.parameter, '$1'],
        [Token.parameter, '$22'],
      ],
    ],
    ['"a""b"', [[Token.quotedName, '"a""b"']]],
    ['1 1.5 .5 1. 1e5 1.5E-3 0x1F 1_000', '1 1.5 .5 1. 1e5 1.5E-3 0x1F 1_000'.split(' ').map((n) => [Token.number, n])],
    [
      '1..2',
      [
        [Token.number, '1'],
        [Token.punctuation, '..'],
        [Token.number, '2'],
      ],
    ],
    [
      'a::b',
      [
        [Token.word, 'a'],
        [Token.punctuation, '::'],
        [Token.word, 'b'],
      ],
    ],
    [
      'a->>b',
      [
        [Token.word, 'a'],
        [Token.operator, '->>'],
        [Token.word, 'b'],
      ],
    ],
    [
      'a+-- x\nb',
      [
        [Token.word, 'a'],
        [Token.operator, '+'],
        [Token.word, 'b'],
      ],
    ],
    [
      'a*/* x /* y */ z */b',
      [
        [Token.word, 'a'],
        [Token.operator, '*'],
        [Token.word, 'b'],
      ],
    ],
    ['é', words('é')],
  ];
  for (const [sql, expected] of table) assert.deepEqual(tokens(sql), expected, sql);
});

test('what never ends or is no token is broken, and nothing follows it', () => {
  for (const sql of [
    "'a",
    '"a',
    '$$a',
    "E'\\'",
    '/* /* */',
    '1a',
    '$1a',
    '1e',
    '0x',
    '\\',
    '{',
    '\u0001',
    "$a 'x'",
    '"a',
    "U&'x",
  ]) {
    const found = tokens(sql);
    assert.equal(found.at(-1)?.[0], Token.broken, sql);
  }
});

test('splits where the scanner of PostgreSQL does', () => {
  const piece = fc.constantFrom(
    ...[
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '\\',
      'E',
      'e',
      'U&',
      'B',
      'x',
      '1',
      '0x',
      '.',
      '_',
      'a',
      ' ',
      '\n',
      '\t',
      '-',
      '--',
    ],
    ...[
      '/*',
      '*/',
      '+',
      '*',
      '/',
      '::',
      ':=',
      '=',
      '<',
      '>',
      '|',
      '@',
      '(',
      ')',
      ',',
      ';',
      '[',
      ']',
      'é',
      '12',
      "''",
      "'x'",
      '%',
    ],
  );
  const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));
  let agreed = 0;
  fc.assert(
    fc.property(text, (sql) => {
      const theirs = scanned(sql);
      // PostgreSQL joins strings across a line comment; this scanner, and so the parser, refuses them.
      if (/'\s*--/.test(sql)) return;
      // What either side refuses is never forwarded.
      if (theirs === null || tokens(sql).at(-1)?.[0] === Token.broken) return;
      assert.deepEqual(spansIn(sql), theirs);
      agreed += 1;
    }),
    { numRuns: 8000 },
  );
  assert.ok(agreed > 500, `only ${agreed} texts were comparable`);
});

function tokens(sql: string): readonly (readonly [TokenKind, string])[] {
  const bytes = Buffer.from(sql);
  const lexer = new Lexer(bytes);
  const found: [TokenKind, string][] = [];
  for (let kind = lexer.next(); kind !== Token.end; kind = lexer.next()) {
    found.push([kind, bytes.toString('utf8', lexer.start, lexer.end)]);
    if (kind === Token.broken) break;
  }
  return found;
}

function words(...texts: readonly string[]): readonly (readonly [TokenKind, string])[] {
  return texts.map((text) => [Token.word, text]);
}

/** Places of everything but operators and punctuation. */
function spansIn(sql: string): readonly string[] {
  const bytes = Buffer.from(sql);
  const lexer = new Lexer(bytes);
  const found: string[] = [];
  for (let kind = lexer.next(); kind !== Token.end; kind = lexer.next())
    if (kind !== Token.operator && kind !== Token.punctuation) found.push(`${lexer.start}-${lexer.end}`);
  return found;
}

/** The same places as the scanner sees them, or null where it refuses the text. */
function scanned(sql: string): readonly string[] | null {
  try {
    const result: unknown = scanSync(sql);
    const { tokens: found } = result as { readonly tokens?: readonly ScanToken[] };
    return (found ?? [])
      .filter(({ tokenType, keywordKind }) => keywordKind > 0 || literalTypes.has(tokenType))
      .map(({ start, end }) => `${start}-${end}`);
  } catch {
    return null;
  }
}

interface ScanToken {
  readonly start: number;
  readonly end: number;
  readonly tokenType: number;
  readonly keywordKind: number;
}

/** IDENT, UIDENT, FCONST, SCONST, USCONST, BCONST, XCONST, ICONST, PARAM. */
const literalTypes = new Set([258, 259, 260, 261, 262, 263, 264, 266, 267]);
