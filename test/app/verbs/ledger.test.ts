import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ledgerExport, ledgerProof, ledgerVerify } from '../../../src/app/verbs/ledger.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { verifierKeyOf } from '../../../src/ledger/signer.ts';
import { formatVerifierKey } from '../../../src/ledger/verifier-key.ts';
import { LedgerIntegrator } from '../../../src/store/ledger-integrator.ts';
import { newSigner } from '../../ledger/sample-events.ts';
import { journalOptions, signer, temporaryDirectory, writtenLog } from '../../store/temporary-ledger.ts';

const vkey = formatVerifierKey(verifierKeyOf(signer)).trimEnd();

test('verify takes the key as it is or in a file, and covers what is published', async (context) => {
  const directory = await publishedLog(context, 300);
  for (const key of [vkey, join(directory, 'signer.vkey')]) {
    const found = await ledgerVerify({ directory, key, checkpoint: join(directory, 'tlog/checkpoint') });
    assert.deepEqual([found.faults, found.entries, found.signerPinned], [[], '300', true]);
    assert.equal(found.remarks.includes('published: 300 entries, every tile and bundle agrees'), true);
    assert.equal(found.remarks.includes('consistent with your checkpoint of 300 entries'), true);
  }
  const other = formatVerifierKey(verifierKeyOf(newSigner(signer.keyName))).trimEnd();
  assert.equal((await ledgerVerify({ directory, key: other, checkpoint: null })).faults.length, 3);
  const [fault] = (await ledgerVerify({ directory, key: 'nowhere', checkpoint: null })).faults;
  assert.equal(fault, 'the key file nowhere cannot be read');
});

test('verify names the first entry of a published file that differs', async (context) => {
  const directory = await publishedLog(context, 300);
  const tile = join(directory, 'tlog/tile/0/000');
  const bytes = readFileSync(tile);
  bytes[32 * 100] = (bytes[32 * 100] ?? 0) ^ 1;
  writeFileSync(tile, bytes);
  const found = await ledgerVerify({ directory, key: vkey, checkpoint: null });
  assert.deepEqual(found.faults, ['tlog/tile/0/000 is not what the journal says, from entry 100 on']);
});

test('an entry leaves the log with its proof, and the key alone proves it', async (context) => {
  const directory = await publishedLog(context, 300);
  const exported = await ledgerExport({ directory, index: 299 });
  const file = join(directory, '../entry.tlog-proof');
  writeFileSync(file, exported.ok ? exported.value : '');
  const proven = await ledgerProof({ file, key: vkey });
  const { origin, index, size, entry } = proven.ok ? proven.value : assert.fail(proven.error.message);
  assert.deepEqual([origin, index, size], [signer.keyName, '299', '300']);
  assert.equal(JSON.parse(entry).connection, 'c299');
  const other = formatVerifierKey(verifierKeyOf(newSigner(signer.keyName))).trimEnd();
  const refusals = [
    await ledgerProof({ file, key: other }),
    await ledgerProof({ file, key: 'nowhere' }),
    await ledgerProof({ file: `${file}.no`, key: vkey }),
    await ledgerExport({ directory, index: 300 }),
    await ledgerExport({ directory: `${directory}.no`, index: 0 }),
  ].map((result) => (result.ok ? '' : result.error.message));
  const says = [
    /is not signed by/,
    /^nowhere is no verifier key/,
    /cannot be read$/,
    /^entry 300 is not published/,
    /is no directory$/,
  ];
  for (const [at, message] of refusals.entries()) assert.match(message, says[at] ?? /^$/);
});

async function publishedLog(context: TestContext, count: number): Promise<string> {
  const root = temporaryDirectory(context);
  await writtenLog(journalOptions(root), count);
  const directory = join(root, 'ledger');
  const integrator = new LedgerIntegrator({
    directory,
    scratch: join(root, 'tiles'),
    durability: 'os',
    signer,
    clock: systemClock,
    entries: () => count,
  });
  await integrator.stop();
  return directory;
}
