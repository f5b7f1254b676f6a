import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tileDirectory } from '../../src/store/tile-directory.ts';
import { journalOptions, temporaryDirectory, verified, writtenLog } from './temporary-ledger.ts';

test('files are listed with their paths, and read up to a limit', async (context) => {
  const root = temporaryDirectory(context);
  mkdirSync(join(root, 'tile/0/x001'), { recursive: true });
  writeFileSync(join(root, 'checkpoint'), 'note');
  writeFileSync(join(root, 'tile/0/x001/000'), 'hashes');
  symlinkSync('/dev/null', join(root, 'tile/link'));
  const source = tileDirectory(root);
  const files = [...((await source.files()) ?? [])].sort((one, other) => (one.name < other.name ? -1 : 1));
  assert.deepEqual(files, [
    { name: 'checkpoint', regular: true },
    { name: 'tile/0/x001/000', regular: true },
    { name: 'tile/link', regular: false },
  ]);
  assert.equal(String(await source.read('tile/0/x001/000', 100)), 'hashes');
  assert.equal(String(await source.read('tile/0/x001/000', 4)), 'hash');
});

test('what is not there, or no file, reads as nothing', async (context) => {
  const root = temporaryDirectory(context);
  mkdirSync(join(root, 'tile/0/000'), { recursive: true });
  writeFileSync(join(root, 'file'), 'x');
  for (const path of ['none', 'tile/0/000', 'file/below']) assert.equal(await tileDirectory(root).read(path, 9), null);
  assert.equal(await tileDirectory(join(root, 'none')).files(), null);
  assert.equal(await tileDirectory(join(root, 'file')).files(), null);
});

test('a file, or a link, in place of the public form is a fault of the ledger', async (context) => {
  const root = temporaryDirectory(context);
  await writtenLog(journalOptions(root), 3);
  const tlog = join(root, 'ledger/tlog');
  const elsewhere = join(root, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(tlog, '');
  assert.deepEqual(
    (await verified(join(root, 'ledger'))).faults.map((fault) => fault.message),
    ['"tlog" is no file of a ledger'],
  );
  rmSync(tlog);
  mkdirSync(tlog);
  assert.equal((await verified(join(root, 'ledger'))).ok, true);
  symlinkSync(elsewhere, join(tlog, 'tile'));
  const found = await verified(join(root, 'ledger'));
  assert.deepEqual(
    found.faults.map((fault) => fault.message),
    ['the published checkpoint is missing', '"tlog/tile" is no file of a published log'],
  );
});
