import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Keys, openKeys } from '../../src/store/keys.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

test('keys are made once, for their owner only, and loaded afterwards', async (context) => {
  const directory = temporaryDirectory(context);
  const made = await opened(directory);
  assert.deepEqual(readdirSync(directory).sort(), ['ledger.key', 'recording.key', 'root.secret']);
  for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
  assert.equal(made.rootSecret.length, 32);
  assert.equal(made.recordingKey.length, 32);
  assert.equal(made.rootSecret.equals(made.recordingKey), false);
  const loaded = await opened(directory);
  assert.deepEqual(loaded.rootSecret, made.rootSecret);
  assert.deepEqual(loaded.recordingKey, made.recordingKey);
  assert.deepEqual(loaded.ledgerSigner.publicKey, made.ledgerSigner.publicKey);
  assert.equal(loaded.ledgerSigner.keyName, 'clinic-gateway');
});

for (const name of ['ledger.key', 'root.secret', 'recording.key']) {
  for (const mode of [0o640, 0o604, 0o620]) {
    test(`${name} with mode ${mode.toString(8)} is refused with what to do`, async (context) => {
      const directory = temporaryDirectory(context);
      await opened(directory);
      chmodSync(join(directory, name), mode);
      assert.match(
        await refusal(directory),
        new RegExp(`${name}: others may read this key; run "chmod 600 .*${name}"`),
      );
    });
  }

  test(`${name} that is malformed is refused, neither shown nor replaced`, async (context) => {
    const directory = temporaryDirectory(context);
    await opened(directory);
    for (const content of ['', 'beef', 'g'.repeat(64), `${'a'.repeat(66)}\n`]) {
      writeFileSync(join(directory, name), content);
      const sentence = await refusal(directory);
      assert.match(sentence, new RegExp(`${name}: not .*; restore it from a copy$`));
      assert.equal(content !== '' && sentence.includes(content), false);
      assert.equal(readFileSync(join(directory, name), 'utf8'), content);
    }
  });

  test(`${name} that is a directory is refused`, async (context) => {
    const directory = temporaryDirectory(context);
    await opened(directory);
    rmSync(join(directory, name));
    mkdirSync(join(directory, name), { mode: 0o700 });
    assert.match(await refusal(directory), new RegExp(`${name}: a key must be a regular file`));
  });
}

test('a directory that is not there is refused with a sentence', async (context) => {
  assert.match(
    await refusal(join(temporaryDirectory(context), 'none')),
    /ledger\.key: the key cannot be read or made \(.+\)$/,
  );
});

async function opened(directory: string): Promise<Keys> {
  const keys = await openKeys(directory, 'clinic-gateway');
  if (!keys.ok) throw new Error(keys.error);
  return keys.value;
}

async function refusal(directory: string): Promise<string> {
  const keys = await openKeys(directory, 'clinic-gateway');
  if (!keys.ok) return keys.error;
  throw new Error('the keys were opened');
}
