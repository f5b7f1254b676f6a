import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { provesConsistency } from '../../src/ledger/merkle-proof.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { TileTree } from '../../src/ledger/tile-tree.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { verifyJournal } from '../../src/ledger/verify.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { LedgerIntegrator } from '../../src/store/ledger-integrator.ts';
import { tileDirectory } from '../../src/store/tile-directory.ts';
import { readPublishedLog } from '../support/tlog-reference.ts';
import { prepareRoot, startChild } from './child-process.ts';
import { journalOptions, opened, temporaryDirectory } from './temporary-ledger.ts';

const kills = 5;

for (const durability of ['os', 'fsync'] as const) {
  test(`${durability}: killed while it publishes, again and again, every checkpoint extends the one before`, async (context) => {
    const root = temporaryDirectory(context);
    const signer = prepareRoot(root);
    const publicKey = verifierKeyOf(signer);
    const directory = join(root, 'ledger');
    const tlog = join(directory, 'tlog');
    let before = { size: 0, root: Buffer.alloc(0) };
    for (let round = 0; round < kills; round++) {
      const child = startChild(root, durability, 40, 'integrating-child.ts');
      await child.until((lines) => lines.length > 12 + 7 * round);
      await child.kill();
      assert.deepEqual(
        child.lines.filter((line) => line.startsWith('fault')),
        [],
      );

      const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint: null });
      assert.deepEqual(found.faults, []);
      const head = headIn(tlog);
      assert.equal(head.size >= Number(child.lines.at(-1)), true);
      const proof = await new TileTree(tileDirectory(tlog), head.size).consistency(before.size);
      assert.equal(before.size === 0 || provesConsistency(before, head, proof), true);
      before = head;
    }
    const journal = await opened(journalOptions(root, { signer }));
    const integrator = new LedgerIntegrator({
      directory,
      scratch: join(root, 'tiles'),
      durability,
      signer,
      clock: systemClock,
      entries: () => Number(journal.status().entries),
    });
    await journal.close();
    await integrator.stop();
    const size = Number(journal.status().entries);
    const vkey = formatVerifierKey(publicKey).trimEnd();
    assert.equal(readPublishedLog((path) => fileAt(join(tlog, path)), vkey).length, size);
    const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint: null });
    assert.deepEqual([found.faults, found.published], [[], String(size)]);
    assert.equal(size > kills * 12 * 40, true);
  });
}

function headIn(tlog: string) {
  const checkpoint = parseCheckpoint(readFileSync(join(tlog, 'checkpoint'), 'utf8'));
  if (checkpoint === null) return assert.fail('the checkpoint is malformed');
  return { size: checkpoint.size, root: Buffer.from(checkpoint.root, 'base64') };
}

function fileAt(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
