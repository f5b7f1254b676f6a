import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Chunks } from '../../src/base/chunks.ts';

test('parts come back whole, in order, and do not follow later changes of their chunk', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (parts) => {
      const chunks = new Chunks();
      for (const part of parts) {
        const chunk = Buffer.concat([Buffer.from('x'), Buffer.from(part), Buffer.from('y')]);
        chunks.append(chunk, 1, chunk.length - 1);
        chunk.fill(0);
      }
      const whole = Buffer.concat(parts);
      assert.equal(chunks.length, whole.length);
      assert.deepEqual(chunks.take(), whole);
      assert.equal(chunks.length, 0);
    }),
  );
});
