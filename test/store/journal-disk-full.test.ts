import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentName } from '../../src/ledger/journal-line.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { verifyJournal } from '../../src/ledger/verify.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { prepareRoot, startChild } from './child-process.ts';
import { temporaryDirectory, wholeText } from './temporary-ledger.ts';

// A file size limit is a disk that is full, without a file system of our own: the write that crosses it is cut short, the
// next one fails. Setting it for another process is Linux only.
if (process.platform === 'linux') {
  for (const durability of ['os', 'fsync'] as const) {
    test(`${durability}: a full disk refuses every entry, and room brings the ledger back without a restart`, async (context) => {
      const root = temporaryDirectory(context);
      const publicKey = verifierKeyOf(prepareRoot(root));
      const directory = join(root, 'ledger');
      const child = startChild(root, durability, 3);
      context.after(() => child.kill());
      await child.until((lines) => lines.includes('ready'));

      const segment = join(directory, segmentName(0));
      // Held still meanwhile: it writes faster than its limit can be set.
      child.process.kill('SIGSTOP');
      const limit = statSync(segment).size + 100_001;
      limitFiles(child.process.pid, limit);
      child.process.kill('SIGCONT');
      await child.until((lines) => lines.filter((line) => line === 'fault disk refusing').length > 50);
      assert.equal(statSync(segment).size <= limit, true);
      const held = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint: null });
      assert.deepEqual(held.faults, []);

      limitFiles(child.process.pid, 'unlimited');
      const before = child.lines.length;
      await child.until((lines) => lines.slice(before).filter((line) => line.startsWith('stm_')).length > 50);
      await child.kill();

      const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint: null });
      assert.deepEqual(found.faults, []);
      const text = wholeText(directory);
      assert.match(text, /"fault":"file too large","id":"[^"]+","instance":"clinic-gateway","refused":[1-9]/);
      const acknowledged = child.lines.filter((line) => line.startsWith('stm_'));
      assert.deepEqual(
        acknowledged.filter((statement) => !text.includes(`"${statement}"`)),
        [],
      );
      // What was refused is not in the log, but for what was in flight when the process was killed.
      const entries = text.match(/"statement":"stm_/g)?.length ?? 0;
      assert.equal(entries - acknowledged.length <= 3, true);
    });
  }
}

function limitFiles(pid: number | undefined, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}
