import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOfValue, isTextLike } from '../../src/masking/type-oids.ts';
import { builtInTypes } from './masked.ts';

test('strings are text, varchar, character and name', () => {
  const found = builtInTypes.filter((type) => isTextLike(type.oid)).map((type) => type.name);
  assert.deepEqual(found, ['name', 'text', 'bpchar', 'varchar']);
});

test('only a character(n) is padded', () => {
  const bytes = Buffer.from('x  ab   ');
  assert.equal(endOfValue(1042, bytes, 3, 8), 5);
  assert.equal(endOfValue(1043, bytes, 3, 8), 8);
  assert.equal(endOfValue(1042, bytes, 5, 8), 5);
  assert.equal(endOfValue(1042, bytes, 3, 3), 3);
});
