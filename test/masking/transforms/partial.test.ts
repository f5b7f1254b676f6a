import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { partial } from '../../../src/masking/transforms/partial.ts';
import { builtInTypes, masked, maskedText, resultColumn, textLikeOids } from '../masked.ts';

const text = resultColumn(25);

describe('partial', () => {
  const cases: readonly [keepLast: number, cell: string, expected: string][] = [
    [4, '999-12-3456', '***-**-3456'],
    [4, '(555) 010-4477', '(***) ***-4477'],
    [4, '+1 555 010 4477', '+* *** *** 4477'],
    [2, 'AB12', '**12'],
    // At most half.
    [4, 'AB12', '**12'],
    [4, '12345', '***45'],
    [4, '1', '*'],
    [4, '', ''],
    [0, 'AB12', '****'],
    [3, 'dana@clinic.example', '****@******.****ple'],
    [2, 'a_b:c#d', '****c*d'],
    [2, '----------', '--********'],
    [2, 'a   b', '*  *b'],
    [2, 'Zoë Müller', '*** ****er'],
    [3, 'Müller Zoë', '****** Zoë'],
    [2, '漢字かな交', '***な交'],
    [1, '😀😀', '*😀'],
    [2, '12-34', '**-34'],
    [4, '1-2-3-4', '*-*-3-4'],
    [-1, 'AB12', '****'],
    [Number.NaN, 'AB12', '****'],
    [1e9, 'AB12', '**12'],
  ];
  for (const [keepLast, cell, expected] of cases) {
    test(`keepLast ${keepLast} makes ${JSON.stringify(expected)} of ${JSON.stringify(cell)}`, () => {
      assert.equal(maskedText(partial(text, keepLast), cell), expected);
    });
  }

  for (const { name, oid } of builtInTypes) {
    const strings = textLikeOids.includes(oid);
    test(`${name} ${strings ? 'is masked' : 'becomes NULL'} in both formats`, () => {
      for (const format of [0, 1]) {
        assert.equal(maskedText(partial(resultColumn(oid, format), 2), 'AB12'), strings ? '**12' : null);
      }
    });
  }

  test('blanks that pad a character(n) are no part of it', () => {
    assert.equal(maskedText(partial(resultColumn(1042), 2), 'AB12      '), '**12');
    assert.equal(maskedText(partial(text, 2), 'AB12      '), '**12  ****');
  });

  test('bytes that are not UTF-8 become NULL', () => {
    for (const bytes of [[0x80], [0x41, 0xc3], [0xff, 0x41], [0xed, 0xa0, 0x80], [0xc0, 0xaf]]) {
      assert.equal(masked(partial(text, 4), Buffer.from(bytes)), null);
    }
  });

  test('keeps no letter or digit but the last, and never more than half of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 12 }), (cell, keepLast) => {
        const characters = [...cell].filter(isLetter);
        const kept = Math.min(keepLast, Math.floor(characters.length / 2));
        const answer = maskedText(partial(text, keepLast), cell);
        assert.ok(answer !== null);
        assert.deepEqual([...answer].filter(isLetter), kept === 0 ? [] : characters.slice(-kept));
        assert.equal([...answer].length, [...cell].length);
      }),
    );
  });

  test('no four bytes of the value that hold nothing kept are in the answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 4, maxLength: 60 }), (cell) => {
        const answer = masked(partial(text, 0), cell);
        assert.ok(answer !== null);
        for (const window of windows(Buffer.from(cell))) {
          if (/\*/.test(window.toString('latin1'))) continue;
          assert.ok(!answer.includes(window), `${window.toString('hex')} of ${JSON.stringify(cell)}`);
        }
      }),
    );
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 9 }), (bytes, keepLast) => {
        masked(partial(text, keepLast), Buffer.from(bytes));
      }),
    );
  });
});

function isLetter(character: string): boolean {
  return /[A-Za-z0-9]/.test(character) || (character.codePointAt(0) ?? 0) >= 0x80;
}

function* windows(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at + 4 <= bytes.length; at += 1) yield bytes.subarray(at, at + 4);
}
