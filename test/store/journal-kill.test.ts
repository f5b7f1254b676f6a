import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { headFileName } from '../../src/ledger/journal-source.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { verifyJournal } from '../../src/ledger/verify.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { prepareRoot, startChild } from './child-process.ts';
import { journalOptions, opened, segmentNames, temporaryDirectory, wholeText } from './temporary-ledger.ts';

const kills = 6;

for (const durability of ['os', 'fsync'] as const) {
  test(`${durability}: killed under load again and again, every acknowledged entry is there and the log verifies`, async (context) => {
    const root = temporaryDirectory(context);
    const signer = prepareRoot(root);
    const publicKey = verifierKeyOf(signer);
    const directory = join(root, 'ledger');
    const acknowledged: string[] = [];
    let checkpoint: string | null = null;
    for (let round = 0; round < kills; round++) {
      const child = startChild(root, durability, 8);
      await child.until((lines) => lines.length > 200 + 37 * round);
      await child.kill();
      acknowledged.push(...child.lines.filter((line) => line.startsWith('stm_')));

      const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint });
      assert.deepEqual(found.faults, []);
      const held = new Set(wholeText(directory).match(/stm_[0-9]+-[0-9]+-[0-9]+/g));
      assert.deepEqual(
        acknowledged.filter((statement) => !held.has(statement)),
        [],
      );
      checkpoint = readFileSync(join(directory, headFileName), 'utf8');
      // The kernel finishes a write that it began, so the torn line of a power failure is put there by hand.
      if (found.partialBytes === 0)
        appendFileSync(join(directory, segmentNames(directory).at(-1) ?? ''), `${found.entries} torn`);
    }
    await (await opened(journalOptions(root, { signer }))).close();
    const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint });
    assert.deepEqual([found.faults, found.unsealed, found.partialBytes], [[], '0', 0]);
    assert.equal(wholeText(directory).match(/"type":"journal\.repaired"/g)?.length, kills);
    assert.equal(acknowledged.length > kills * 200, true);
  });
}
