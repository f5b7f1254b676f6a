import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentName } from '../../src/ledger/journal-line.ts';
import { newSigner } from '../ledger/sample-events.ts';
import { journalOptions, opened, refusedToOpen, temporaryDirectory, verified, writtenLog } from './temporary-ledger.ts';

test('a new log has a head and a key before its first entry, readable by nobody else', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  const journal = await opened(options);
  assert.deepEqual(readdirSync(options.directory).sort(), ['checkpoint', segmentName(0), 'signer.vkey']);
  for (const name of readdirSync(options.directory)) {
    assert.equal(statSync(join(options.directory, name)).mode & 0o777, 0o600, name);
  }
  assert.equal(statSync(options.directory).mode & 0o777, 0o700);
  assert.equal((await verified(options.directory)).ok, true);
  await journal.close();
});

test('a log is continued where it ended, over any number of segments', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  for (let run = 1; run <= 3; run++) {
    await writtenLog(options, 7, { segmentBytes: 1000 });
    const found = await verified(options.directory);
    assert.deepEqual([found.ok, found.entries, found.sealed], [true, String(run * 7), String(run * 7)]);
  }
  assert.equal(readdirSync(options.directory).length > 6, true);
});

test('a tail torn in the last line is cut off, and an entry says so', async (context) => {
  const root = temporaryDirectory(context);
  const whole = journalOptions(join(root, 'whole'), { scratch: root });
  await writtenLog(whole, 2);
  const early = readFileSync(join(whole.directory, 'checkpoint'));
  await writtenLog(whole, 1);
  const bytes = readFileSync(join(whole.directory, segmentName(0)));
  const lastLine = bytes.lastIndexOf(10, -2) + 1;
  for (let cut = lastLine + 1; cut < bytes.length; cut += cut < bytes.length - 20 ? 19 : 1) {
    const copy = journalOptions(join(root, `cut-${cut}`), { scratch: root });
    cpSync(whole.directory, copy.directory, { recursive: true });
    truncateSync(join(copy.directory, segmentName(0)), cut);
    writeFileSync(join(copy.directory, 'checkpoint'), early);
    const journal = await opened(copy);
    const [repaired] = await journal.tail(1);
    await journal.close();
    assert.equal(repaired?.index, '2');
    const dropped = bytes.subarray(lastLine, cut);
    const entry = repaired?.entry;
    assert.equal(entry?.type === 'journal.repaired' && entry.droppedBytes, String(dropped.length));
    const digest = createHash('sha256').update(dropped).digest('hex');
    assert.equal(entry?.type === 'journal.repaired' && entry.droppedDigest, digest);
    const found = await verified(copy.directory);
    assert.deepEqual([found.ok, found.entries, found.partialBytes], [true, '3', 0], `cut at ${cut}`);
  }
});

test('entries behind the head of a gateway that was killed are covered by the next head', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  await writtenLog(options, 2);
  const early = readFileSync(join(options.directory, 'checkpoint'));
  await writtenLog(options, 3);
  writeFileSync(join(options.directory, 'checkpoint'), early);
  assert.equal((await verified(options.directory)).unsealed, '3');
  await (await opened(options)).close();
  const found = await verified(options.directory);
  assert.deepEqual([found.ok, found.sealed, found.unsealed], [true, '5', '0']);
});

const refusals: readonly {
  readonly name: string;
  readonly spoil: (directory: string) => void;
  readonly says: RegExp;
}[] = [
  {
    name: 'shorter than its head',
    spoil: (directory) => truncateSync(join(directory, segmentName(0)), 0),
    says: /cannot be continued: the log was cut off: 0 entries, and the signed head covers 4/,
  },
  {
    name: 'without its entries',
    spoil: (directory) => rmSync(join(directory, segmentName(0))),
    says: /the log was cut off: 0 entries/,
  },
  {
    name: 'without its head',
    spoil: (directory) => rmSync(join(directory, 'checkpoint')),
    says: /the signed head is missing/,
  },
  {
    name: 'without its key',
    spoil: (directory) => rmSync(join(directory, 'signer.vkey')),
    says: /the key beside the log is missing/,
  },
  {
    name: 'with an entry changed',
    spoil: (directory) => {
      const path = join(directory, segmentName(0));
      writeFileSync(path, readFileSync(path, 'utf8').replace('"c2"', '"c9"'));
    },
    says: /entry 2 does not match its hash/,
  },
  {
    name: 'with an unreadable head',
    spoil: (directory) => writeFileSync(join(directory, 'checkpoint'), 'clinic-gateway\n0\n'),
    says: /the signed head is malformed/,
  },
];

for (const { name, spoil, says } of refusals) {
  test(`a log is refused ${name}, and left as it is`, async (context) => {
    const options = journalOptions(temporaryDirectory(context));
    await writtenLog(options, 4);
    spoil(options.directory);
    const before = contents(options.directory);
    assert.match(await refusedToOpen(options), says);
    assert.deepEqual(contents(options.directory), before);
  });
}

test('a log of another key, instance or tenant is refused', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  await writtenLog(options, 1);
  const other = newSigner('other');
  assert.match(await refusedToOpen({ ...options, signer: newSigner(options.instance) }), /is not the pinned one/);
  assert.match(await refusedToOpen({ ...options, signer: other, instance: 'other' }), /is not the pinned one/);
  assert.match(await refusedToOpen({ ...options, tenant: 'another' }), /belongs to another tenant/);
  assert.match(await refusedToOpen({ ...options, instance: 'two words' }), /neither white space nor/);
});

test('a stray file does not keep the gateway from starting, and is found by verification', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  await writtenLog(options, 1);
  writeFileSync(join(options.directory, '.stray'), '');
  await (await opened(options)).close();
  assert.deepEqual(
    (await verified(options.directory)).faults.map((fault) => fault.kind),
    ['file'],
  );
});

function contents(directory: string): Record<string, string> {
  return Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}
