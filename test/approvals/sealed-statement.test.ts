import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveSealKey, seal, unseal } from '../../src/approvals/sealed-statement.ts';
import type { ApprovalId } from '../../src/core/ids.ts';
import { canary } from '../support/approval-samples.ts';

const key = deriveSealKey(Buffer.alloc(32, 1), 'general-hospital');
const id = 'apr_01932f5e-7a4b-7c3d-8e2f-000000000001' as ApprovalId;
const other = 'apr_01932f5e-7a4b-7c3d-8e2f-000000000002' as ApprovalId;
const original = {
  text: Buffer.from(`select '${canary}'`),
  parameters: { formats: [0, 1], values: [null, Buffer.from('x')] },
};

test('what is sealed is opened to the byte', () => {
  const bytes = fc.uint8Array({ maxLength: 50 }).map((drawn) => Buffer.from(drawn));
  const bind = fc.record({
    formats: fc.array(fc.constantFrom(0, 1), { maxLength: 3 }),
    values: fc.array(fc.option(bytes), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.record({ text: bytes, parameters: fc.option(bind) }), (drawn) => {
      const { text, parameters } = drawn;
      const expected = { text, parameters: parameters === null ? null : { ...parameters } };
      assert.deepEqual(unseal(key, id, seal(key, id, drawn)), expected);
    }),
  );
});

test('nothing of it is readable, and no two seals are alike', () => {
  const sealed = seal(key, id, original);
  assert.ok(!sealed.includes(canary) && !sealed.includes(Buffer.from(canary).toString('base64').slice(0, 12)));
  assert.notDeepEqual(seal(key, id, original), sealed);
});

test('a seal opens for its own request only, under its own key, unchanged', () => {
  const sealed = seal(key, id, original);
  assert.equal(unseal(key, other, sealed), null);
  assert.equal(unseal(deriveSealKey(Buffer.alloc(32, 1), 'another'), id, sealed), null);
  assert.equal(unseal(deriveSealKey(Buffer.alloc(32, 2), 'general-hospital'), id, sealed), null);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(unseal(key, id, changed), null, `byte ${at}`);
    assert.equal(unseal(key, id, sealed.subarray(0, at)), null, `cut at ${at}`);
  }
});
