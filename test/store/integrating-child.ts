import { readFileSync, writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { ed25519Signer } from '../../src/ledger/signer.ts';
import { LedgerIntegrator } from '../../src/store/ledger-integrator.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { decided, envelope } from '../ledger/sample-events.ts';

/**
 * A process of its own that appends and publishes until it is killed. Arguments: root, durability, how many entries a turn.
 * Says the published size after each round, a line each.
 */
const [root = '', durability, width = '8'] = process.argv.slice(2);
const parts = {
  directory: `${root}/ledger`,
  durability: durability === 'fsync' ? 'fsync' : 'os',
  signer: ed25519Signer(envelope.instance, readFileSync(`${root}/signing.pem`, 'utf8')),
  clock: systemClock,
} as const;
const journal = await openJournal({
  ...parts,
  scratch: root,
  instance: envelope.instance,
  tenant: envelope.tenant,
  limits: { sealMs: 20, segmentBytes: 200_000 },
});
if (!journal.ok) throw new Error(journal.error);
const integrator = new LedgerIntegrator({
  ...parts,
  scratch: `${root}/tiles`,
  entries: () => Number(journal.value.status().entries),
});
for (let turn = 0; ; turn++) {
  const appended = Array.from({ length: Number(width) + (turn % 50) }, () =>
    journal.value.appendAsync(decided({ text: 'x'.repeat(turn % 300) })),
  );
  await Promise.all([...appended, integrator.integrate()]);
  const { state, published, fault } = integrator.status();
  writeSync(1, state === 'following' ? `${published}\n` : `fault ${fault}\n`);
}
