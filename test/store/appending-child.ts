import { readFileSync, writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { ed25519Signer } from '../../src/ledger/signer.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { decided, envelope } from '../ledger/sample-events.ts';

/**
 * A process of its own that appends until it is killed. Arguments: root, durability, how many entries a turn. Says
 * `ready`, then the statement of each acknowledged entry, and `fault` for each refused one: a line each.
 */
const [root = '', durability, width = '8'] = process.argv.slice(2);
// Without a listener the first write over the file size limit would kill the process instead of failing.
process.on('SIGXFSZ', () => undefined);
const signer = ed25519Signer(envelope.instance, readFileSync(`${root}/signing.pem`, 'utf8'));
const journal = await openJournal({
  directory: `${root}/ledger`,
  scratch: root,
  durability: durability === 'fsync' ? 'fsync' : 'os',
  signer,
  clock: systemClock,
  instance: envelope.instance,
  tenant: envelope.tenant,
  limits: { sealMs: 20, segmentBytes: 200_000, probeMs: 20 },
});
if (!journal.ok) throw new Error(journal.error);
writeSync(1, 'ready\n');
for (let turn = 0; ; turn++) {
  const names = Array.from({ length: Number(width) }, (_, at) => `stm_${process.pid}-${turn}-${at}`);
  await Promise.all(
    names.map(async (statement) => {
      const fault = await journal.value.appendAsync(decided({ statement, text: 'x'.repeat(turn % 300) }));
      writeSync(1, fault === null ? `${statement}\n` : `fault ${fault.kind} ${journal.value.status().state}\n`);
    }),
  );
  // Refusals come within the turn: the timers of the journal must get theirs.
  await new Promise((resolve) => setImmediate(resolve));
}
