import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ledgerDirectoryOf, openDataDirectory } from '../../src/store/data-directory.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

const module = new URL('../../src/store/data-directory.ts', import.meta.url).href;

test('a data directory is made with its parts, for its owner only', async (context) => {
  const root = join(temporaryDirectory(context), 'deep', 'data');
  const directory = await openDataDirectory(root);
  assert.equal(directory.ok, true);
  if (!directory.ok) return;
  const { ledger, keys, state, run } = directory.value;
  assert.deepEqual(
    [ledger, keys, state, run],
    ['ledger', 'keys', 'state', 'run'].map((part) => join(root, part)),
  );
  for (const path of [root, ledger, keys, state, run]) assert.equal(statSync(path).mode & 0o777, 0o700, path);
  assert.equal(ledgerDirectoryOf(root), ledger);
  assert.equal(readFileSync(join(root, 'version'), 'utf8'), 'version: 1\n');
  directory.value.release();
});

test('a directory that was open to everyone is closed', async (context) => {
  const root = temporaryDirectory(context);
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'keys'), { mode: 0o755 });
  const directory = await openDataDirectory(root);
  assert.equal(statSync(root).mode & 0o777, 0o700);
  assert.equal(statSync(join(root, 'keys')).mode & 0o777, 0o700);
  if (directory.ok) directory.value.release();
});

for (const version of ['version: 2\n', 'version: 1', '', 'version: 1\nmore\n']) {
  test(`an unknown version is refused: ${JSON.stringify(version)}`, async (context) => {
    const root = temporaryDirectory(context);
    writeFileSync(join(root, 'version'), version);
    assert.match(await refusal(root), /has a version that this Sluice does not know; use the Sluice that wrote it/);
  });
}

test('a directory of something else is refused and not touched', async (context) => {
  const root = temporaryDirectory(context);
  writeFileSync(join(root, 'thesis.tex'), '');
  chmodSync(root, 0o755);
  assert.match(await refusal(root), /holds other files and is no data directory/);
  assert.equal(statSync(root).mode & 0o777, 0o755);
});

test('a path that is no directory is refused with a sentence', async (context) => {
  const path = join(temporaryDirectory(context), 'file');
  writeFileSync(path, '');
  assert.match(await refusal(path), /cannot be used \(.+\); it must be writable for this user$/);
});

test('one process at a time: a second open is refused and names the holder, a released lock is free', async (context) => {
  const root = temporaryDirectory(context);
  const first = await openDataDirectory(root);
  assert.equal(first.ok, true);
  assert.match(await refusal(root), new RegExp(`process ${process.pid} is using this data directory; stop it first`));
  assert.match(openElsewhere(root), new RegExp(`process ${process.pid} is using`));
  if (first.ok) first.value.release();
  assert.equal(openElsewhere(root), 'opened');
});

test('the lock of a process that was killed is free at once', async (context) => {
  const root = temporaryDirectory(context);
  const code = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    const held = await openDataDirectory(process.argv[1]);
    console.log(held.ok);
    setInterval(() => held, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  assert.equal(String(said), 'true\n');
  assert.match(await refusal(root), new RegExp(`process ${child.pid} is using`));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const directory = await openDataDirectory(root);
  assert.equal(directory.ok, true);
  if (directory.ok) directory.value.release();
});

async function refusal(root: string): Promise<string> {
  const directory = await openDataDirectory(root);
  if (!directory.ok) return directory.error;
  directory.value.release();
  throw new Error('the directory was opened');
}

function openElsewhere(root: string): string {
  const code = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    const opened = await openDataDirectory(process.argv[1]);
    process.stdout.write(opened.ok ? 'opened' : opened.error);`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', code, root], { encoding: 'utf8' });
}
