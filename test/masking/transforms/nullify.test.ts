import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullify } from '../../../src/masking/transforms/nullify.ts';
import { masked } from '../masked.ts';

test('every cell becomes NULL and takes no room', () => {
  for (const cell of ['', 'a', 'x'.repeat(1000)]) assert.equal(masked(nullify, cell), null);
  assert.equal(nullify.bound(1000), 0);
});
