import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentName } from '../../src/ledger/journal-line.ts';
import { errorCode, errorPhrase } from '../../src/store/error-code.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { journalOptions, temporaryDirectory, verified, writtenLog } from './temporary-ledger.ts';

test('a directory and a link are told from files, whatever their names', async (context) => {
  const directory = temporaryDirectory(context);
  writeFileSync(join(directory, 'checkpoint'), 'x');
  mkdirSync(join(directory, segmentName(0)));
  symlinkSync(join(directory, 'checkpoint'), join(directory, 'signer.vkey'));
  const files = (await journalDirectory(directory).files()).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  assert.deepEqual(
    files.map((file) => file.regular),
    [true, false, false],
  );
});

test('a link among the files of a log is found', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  await writtenLog(options, 1);
  symlinkSync('/dev/null', join(options.directory, segmentName(1)));
  assert.deepEqual(
    (await verified(options.directory)).faults.map((fault) => fault.kind),
    ['file'],
  );
});

test('small files are read up to the limit, and may be absent', async (context) => {
  const directory = temporaryDirectory(context);
  writeFileSync(join(directory, 'checkpoint'), '0123456789');
  const source = journalDirectory(directory);
  assert.equal(String(await source.small('checkpoint', 4)), '0123');
  assert.equal(String(await source.small('checkpoint', 100)), '0123456789');
  assert.equal(await source.small('signer.vkey', 4), null);
});

test('a directory that cannot be read rejects', async (context) => {
  await assert.rejects(journalDirectory(join(temporaryDirectory(context), 'none')).files(), { code: 'ENOENT' });
});

test('failures are named as the system names them, without a path', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write /secret/path'), { code: 'ENOSPC' });
  assert.deepEqual([errorCode(full), errorPhrase(full)], ['ENOSPC', 'no space left on device']);
  assert.deepEqual([errorCode(new TypeError('x')), errorPhrase(new TypeError('x'))], ['TypeError', 'TypeError']);
  assert.equal(errorCode('thrown text'), 'unknown');
});
