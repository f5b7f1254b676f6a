import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { EntryFault, entryLimit, statementTextLimit, utf8Prefix } from '../../src/ledger/entry.ts';
import { entryFault } from '../../src/ledger/entry-check.ts';
import { decided, entryText, envelope } from './sample-events.ts';

test('an entry is the envelope and the event, in canonical form', () => {
  const text = entryText({ type: 'gateway.stopped' }, envelope);
  assert.equal(
    text,
    '{"id":"ent_01932f5e-7a4b-7c3d-8e2f-0123456789ab","instance":"clinic-gateway","tenant":"general-hospital","time":"2026-11-21T22:47:27.000123Z","type":"gateway.stopped","v":1}',
  );
  assert.equal(entryFault(text, 'clinic-gateway'), null);
});

test('an event cannot override the envelope', () => {
  const forged = { type: 'gateway.stopped', v: 2, id: 'x', instance: 'other' } as const;
  assert.equal(entryText(forged, envelope), entryText({ type: 'gateway.stopped' }, envelope));
});

test('statement text is cut to its limit, at a character, and the digest stays', () => {
  const entry = JSON.parse(entryText(decided({ text: `select '${'\u20ac'.repeat(5000)}'` }), envelope));
  assert.equal(Buffer.byteLength(entry.text) <= statementTextLimit, true);
  assert.equal(Buffer.byteLength(entry.text) > statementTextLimit - 3, true);
  assert.equal(entry.text.includes('\ufffd'), false);
  assert.equal(entry.digest, decided({}).digest);
});

test('a prefix is as long as fits, never half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(120), (raw, limit) => {
      const text = raw.toWellFormed();
      const prefix = utf8Prefix(text, limit);
      assert.equal(text.startsWith(prefix), true);
      assert.equal(Buffer.byteLength(prefix) <= limit, true);
      const next = String.fromCodePoint(text.codePointAt(prefix.length) ?? 0);
      if (prefix !== text) assert.equal(Buffer.byteLength(prefix + next) > limit, true);
    }),
  );
});

test('an entry at the limit is taken, one byte more is refused', () => {
  const base = Buffer.byteLength(entryText(decided({ tables: [''] }), envelope));
  const fits = entryText(decided({ tables: ['t'.repeat(entryLimit - base)] }), envelope);
  assert.equal(Buffer.byteLength(fits), entryLimit);
  assert.throws(() => entryText(decided({ tables: ['t'.repeat(entryLimit - base + 1)] }), envelope), {
    name: 'EntryFault',
    message: 'an entry of type statement.decided is larger than 32768 bytes',
  });
});

test('what has no canonical form is a fault that does not repeat it', () => {
  assert.throws(
    () => entryText(decided({ tables: ['secret\ud800'] }), envelope),
    (fault: unknown) => fault instanceof EntryFault && !fault.message.includes('secret'),
  );
});

const text = entryText(decided({}), envelope);
const broken: readonly { readonly name: string; readonly text: string; readonly says: string }[] = [
  { name: 'no JSON', text: '{', says: 'is not a JSON object' },
  { name: 'an array', text: '[]', says: 'is not a JSON object' },
  { name: 'white space', text: text.replace(',', ', '), says: 'is not in canonical form' },
  { name: 'a key twice', text: text.replace('"v":1', '"v":1,"v":1'), says: 'is not in canonical form' },
  { name: 'a fraction', text: text.replace('"v":1', '"v":1.5'), says: 'is not in canonical form' },
  { name: 'another version', text: text.replace('"v":1', '"v":2'), says: 'has a version other than 1' },
  { name: 'no type', text: text.replace('"statement.decided"', '"x"'), says: 'has no type' },
  { name: 'another id', text: text.replace('"ent_', '"stm_'), says: 'has no id' },
  { name: 'another time', text: text.replace('.000123Z', '.000Z'), says: 'has no time' },
  { name: 'no tenant', text: text.replace('"general-hospital"', '""'), says: 'names no tenant' },
  { name: 'no instance', text: text.replace('"clinic-gateway"', '0'), says: 'names no instance' },
  { name: 'another instance', text: text.replace('"clinic-gateway"', '"x"'), says: 'was written for another instance' },
  { name: 'too many bytes', text: `{"a":"${'a'.repeat(entryLimit)}"}`, says: 'is larger than 32768 bytes' },
];

for (const { name, text: changed, says } of broken) {
  test(`the envelope check finds ${name}`, () => assert.equal(entryFault(changed, 'clinic-gateway'), says));
}

test('an entry of a later version of the same envelope is accepted', () => {
  const later = canonicalJson({ ...JSON.parse(text), type: 'approval.granted', with: { more: [1] } });
  assert.equal(entryFault(later, 'clinic-gateway'), null);
});
