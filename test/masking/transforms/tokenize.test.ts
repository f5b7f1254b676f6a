import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { tokenize } from '../../../src/masking/transforms/tokenize.ts';
import { builtInTypes, masked, maskedText, resultColumn, textLikeOids } from '../masked.ts';

const key = Buffer.alloc(32, 7);
const otherKey = Buffer.alloc(32, 8);
const UUID = 2950;

describe('tokenize', () => {
  test('strings become tok_ and 128 bits of HMAC-SHA-256 in base 32', () => {
    const digest = createHmac('sha256', key).update('MRN-0042').digest().subarray(0, 16);
    const bits = [...digest]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .padEnd(130, '0');
    const expected = (bits.match(/.{5}/g) ?? [])
      .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
      .join('');
    for (const oid of textLikeOids) {
      for (const format of [0, 1]) {
        assert.equal(maskedText(tokenize(resultColumn(oid, format), key), 'MRN-0042'), `tok_${expected}`);
      }
    }
  });

  test('the same value is the same token under one key, and another under another', () => {
    const column = resultColumn(25);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.equal(maskedText(tokenize(column, key), a) === maskedText(tokenize(column, key), b), a === b);
        assert.notEqual(maskedText(tokenize(column, key), a), maskedText(tokenize(column, otherKey), a));
      }),
    );
  });

  test('the padding of a character(n) makes no difference', () => {
    assert.equal(
      maskedText(tokenize(resultColumn(1042), key), 'A1   '),
      maskedText(tokenize(resultColumn(25), key), 'A1'),
    );
    assert.notEqual(
      maskedText(tokenize(resultColumn(25), key), 'A1   '),
      maskedText(tokenize(resultColumn(25), key), 'A1'),
    );
  });

  test('a uuid becomes a version 8 UUID, the same in both formats', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
        const text = maskedText(tokenize(resultColumn(UUID), key), uuid);
        assert.match(text ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.notEqual(text, uuid);
        assert.equal(masked(tokenize(resultColumn(UUID, 1), key), bytes)?.toString('hex'), text?.replaceAll('-', ''));
      }),
    );
  });

  test('what is no uuid becomes NULL', () => {
    const upper = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
    for (const cell of ['', 'x', upper, `{${upper.toLowerCase()}}`, upper.toLowerCase().replaceAll('-', 'a')]) {
      assert.equal(masked(tokenize(resultColumn(UUID), key), cell), null);
    }
    assert.equal(masked(tokenize(resultColumn(UUID, 1), key), Buffer.alloc(15)), null);
  });

  test('other types become NULL', () => {
    for (const { name, oid, width } of builtInTypes) {
      if (oid === UUID || textLikeOids.includes(oid)) continue;
      for (const format of [0, 1])
        assert.equal(masked(tokenize(resultColumn(oid, format), key), Buffer.alloc(width ?? 5)), null, name);
    }
  });
});
