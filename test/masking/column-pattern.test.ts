import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compareSpecificity,
  matchesColumn,
  matchesPart,
  parseColumnPattern,
} from '../../src/masking/column-pattern.ts';

describe('parseColumnPattern', () => {
  const accepted: readonly [source: string, column: readonly [string, string, string], matches: boolean][] = [
    ['public.patients.ssn', ['public', 'patients', 'ssn'], true],
    ['Public.PATIENTS.Ssn', ['public', 'patients', 'ssn'], true],
    ['public.patients.ssn', ['public', 'patients', 'ssn2'], false],
    ['public.patients.ssn', ['public', 'Patients', 'ssn'], false],
    ['"My Schema".t."c.d"', ['My Schema', 't', 'c.d'], true],
    ['"My Schema".t."c.d"', ['my schema', 't', 'c.d'], false],
    ['a.b."say ""hi"""', ['a', 'b', 'say "hi"'], true],
    ['public.*.full_name', ['public', 'providers', 'full_name'], true],
    ['public.*.full_name', ['private', 'providers', 'full_name'], false],
    ['*.*.*', ['a', 'b', 'c'], true],
    ['p*c.t_*_x.c', ['public', 't_1_x', 'c'], true],
    ['p*c.t_*_x.c', ['public', 't_x', 'c'], false],
    ['a.b."*"', ['a', 'b', '*'], true],
    ['a.b."*"', ['a', 'b', 'anything'], false],
    ['a.b."Name"*', ['a', 'b', 'NameOfKin'], true],
    ['a.b."Name"*', ['a', 'b', 'nameOfKin'], false],
    ['a.b.größe', ['a', 'b', 'größe'], true],
    // PostgreSQL folds ASCII letters only.
    ['a.b.GRÖSSE', ['a', 'b', 'grÖsse'], true],
    ['a.b.c$1', ['a', 'b', 'c$1'], true],
  ];
  for (const [source, [schema, name, column], matches] of accepted) {
    test(`${source} ${matches ? 'is' : 'is not'} ${schema}.${name}.${column}`, () => {
      const pattern = parseColumnPattern(source);
      assert.ok(pattern.ok, pattern.ok ? '' : pattern.error);
      assert.equal(matchesColumn(pattern.value, { schema, name, column }), matches);
    });
  }

  const refused: readonly [source: string, because: RegExp][] = [
    ['', /a part is empty/],
    ['patients.ssn', /2 of the three parts/],
    ['db.public.patients.ssn', /4 of the three parts/],
    ['public..ssn', /a part is empty/],
    ['public.patients.', /a part is empty/],
    ['public.patients."ssn', /not closed/],
    ['public.patients.""', /empty/],
    ['public.patients.s sn', /" " must be in double quotes/],
    ['public.patients.**', /two \* in a row/],
    ['public.patients.ssn?', /"\?" must be in double quotes/],
  ];
  for (const [source, because] of refused) {
    test(`refuses ${JSON.stringify(source)}`, () => {
      const pattern = parseColumnPattern(source);
      assert.ok(!pattern.ok);
      assert.match(pattern.error, because);
    });
  }

  test('any three names, quoted, match themselves and nothing else', () => {
    const name = fc.string({ minLength: 1 });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(name, name, name, name, (schema, table, column, other) => {
        const pattern = parseColumnPattern([schema, table, column].map(quote).join('.'));
        assert.ok(pattern.ok);
        assert.ok(matchesColumn(pattern.value, { schema, name: table, column }));
        assert.equal(matchesColumn(pattern.value, { schema, name: table, column: other }), other === column);
      }),
    );
  });
});

test('matchesPart agrees with a regular expression', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 });
  fc.assert(
    fc.property(
      piece,
      fc.array(piece, { maxLength: 3 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
      (head, tail, text) => {
        const expected = new RegExp(`^${[head, ...tail].join('.*')}$`).test(text);
        assert.equal(matchesPart([head, ...tail], text), expected);
      },
    ),
  );
});

test('fewer globs are more specific, then more literal characters', () => {
  const ascending = [
    '*.*.*',
    '*.*.name',
    '*.*.full_name',
    'a.*.b',
    'public.*.full_name',
    'a.b.c',
    'public.patients.full_name',
  ];
  const patterns = ascending.map((source) => {
    const pattern = parseColumnPattern(source);
    assert.ok(pattern.ok);
    return pattern.value;
  });
  const sorted = [...patterns].reverse().sort(compareSpecificity);
  assert.deepEqual(
    sorted.map((pattern) => pattern.source),
    ascending,
  );
});
