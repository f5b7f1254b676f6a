import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { scramClientKeys } from '../../../src/protocols/postgres/scram-client-keys.ts';

const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

test('the keys are those of RFC 5802 for the password, the salt and the iterations, and each of them counts', () => {
  for (const [password, salted, iterations] of [
    ['pencil', salt, 4096],
    ['pencil', salt, 4095],
    ['pencil', Buffer.from('another salt'), 4096],
    ['pencils', salt, 4096],
    ['pencil', salt, 4096],
  ] as const) {
    assert.deepEqual(scramClientKeys(password, salted, iterations), derived(password, salted, iterations));
  }
});

test('the keys of one credential are derived once, and the oldest are forgotten first', () => {
  const first = scramClientKeys('kept', salt, 1);
  assert.equal(scramClientKeys('kept', Buffer.from(salt), 1), first);
  for (let at = 0; at < 256; at++) scramClientKeys(`other ${at}`, salt, 1);
  assert.notEqual(scramClientKeys('kept', salt, 1), first);
  assert.deepEqual(scramClientKeys('kept', salt, 1), first);
});

function derived(password: string, salted: Buffer, iterations: number) {
  const key = pbkdf2Sync(password, salted, iterations, 32, 'sha256');
  const client = createHmac('sha256', key).update('Client Key').digest();
  const stored = createHash('sha256').update(client).digest();
  return { client, stored, server: createHmac('sha256', key).update('Server Key').digest() };
}
