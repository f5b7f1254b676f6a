import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verifyJournal } from '../../../src/ledger/verify.ts';
import { journalDirectory } from '../../../src/store/journal-reader.ts';
import { ask } from '../../support/gateway-http.ts';
import { ledgerTail } from '../../support/ledger-entries.ts';
import { loggedStatements, statementLog } from '../../support/logged-statements.ts';
import { type ServedClinic, type ServedGateway, startServedClinic } from '../../support/served-gateway.ts';
import { approvalPolicies, decide, type Waiting, waits } from './story.ts';

/** Killed with SIGKILL while statements wait: a gateway by itself, and one of two with one state. */
const clinics: { alone?: ServedClinic; shared?: ServedClinic } = {};
before(async () => {
  const options = { policies: approvalPolicies, settings: statementLog };
  [clinics.alone, clinics.shared] = await Promise.all([
    startServedClinic(options),
    startServedClinic({ ...options, shared: true }),
  ]);
});
after(() => Promise.all([clinics.alone?.stop(), clinics.shared?.stop()]));

test('killed while twenty statements wait: nothing ran, all are withdrawn after the restart, and all of it is in the ledger', async () => {
  const clinic = clinicOf('alone');
  const killed = await clinic.serve();
  const waiting = await twenty(clinic);
  await kill(killed);
  for (const { result } of waiting) await assert.rejects(result);
  assert.deepEqual(updatesIn(clinic), []);

  const restarted = await clinic.serve();
  const dana = await clinic.person('dana', 'compliance');
  for (const { approval } of waiting) {
    const { body } = await ask(restarted.api, `/approvals/${approval}`, dana);
    assert.equal(body['state'], 'withdrawn');
  }
  const late = await decide(restarted, dana, waiting[0]?.approval ?? '');
  assert.equal(late.status, 409, JSON.stringify(late.body));
  const client = await clinic.connect();
  const again = await waits(client, update(1));
  assert.ok(!waiting.some(({ approval }) => approval === again.approval), 'it asks anew');
  await decide(restarted, dana, again.approval);
  assert.equal((await again.result).rowCount, 1);
  await client.end();
  assert.deepEqual(updatesIn(clinic), [update(1)]);

  assert.equal(await restarted.stop(), 0);
  const entries = ledgerTail(clinic.ledger);
  for (const { approval } of waiting) {
    const about = entries.filter((entry) => entry['approval'] === approval && entry['type'] !== 'approval.refused');
    assert.deepEqual(
      about.map(({ type, state, why }) => [type, state, why]),
      [
        ['approval.requested', undefined, undefined],
        ['approval.ended', 'withdrawn', 'gateway-ended'],
      ],
    );
  }
  await verifies(clinic.ledger);
});

test('one of two instances is killed: what waited on it expires or is withdrawn, never runs, and the other goes on', async () => {
  const clinic = clinicOf('shared');
  const a = await clinic.serve();
  const b = await clinic.serve({ instance: 'b' });
  const waiting = await twenty(clinic);
  const quick = await waits(await clinic.connect(), "insert into providers values (78, 'surgery')");
  const onB = await waits(await clinic.connect(b.port), update(30));
  await kill(a);
  const dana = await clinic.person('dana', 'compliance');

  // Its deadline comes while its instance is gone: the other one ends it.
  await untilEnded(b, dana, quick.approval);
  assert.equal((await ask(b.api, `/approvals/${quick.approval}`, dana)).body['state'], 'expired');
  const ended = ledgerTail(b.ledger).find(
    ({ type, approval }) => type === 'approval.ended' && approval === quick.approval,
  );
  assert.equal(ended?.['state'], 'expired');

  // Somebody approves one meanwhile: nobody is there any more to run it.
  const orphan = waiting[0]?.approval ?? '';
  assert.equal((await decide(b, dana, orphan)).status, 200);
  assert.equal((await decide(b, dana, onB.approval)).status, 200);
  assert.equal((await onB.result).rowCount, 1);

  const restarted = await clinic.serve();
  const states = await Promise.all(
    waiting.map(async ({ approval }) => (await ask(b.api, `/approvals/${approval}`, dana)).body['state']),
  );
  assert.deepEqual(states, ['approved', ...Array<string>(19).fill('withdrawn')]);
  for (const { result } of [...waiting, quick]) await assert.rejects(result);
  assert.deepEqual(updatesIn(clinic), [update(30)]);

  // What was approved meanwhile was for a client that is gone: nobody else has it.
  const client = await clinic.connect();
  const anew = await waits(client, update(1));
  await decide(b, dana, anew.approval, 'deny');
  await assert.rejects(anew.result, /was denied/);
  await client.end();

  for (const gateway of [restarted, b]) {
    assert.equal(await gateway.stop(), 0);
    await verifies(gateway.ledger);
  }
});

function clinicOf(name: keyof typeof clinics): ServedClinic {
  const clinic = clinics[name];
  assert.ok(clinic !== undefined);
  return clinic;
}

const update = (id: number) => `update patients set status = 'paused' where id = ${id}`;

async function twenty(clinic: ServedClinic): Promise<readonly Waiting[]> {
  return Promise.all(Array.from({ length: 20 }, async (_, n) => waits(await clinic.connect(), update(n + 1))));
}

async function kill({ process: child }: ServedGateway): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
}

/** What changed patients, by the database's own word. */
function updatesIn({ dataDir }: ServedClinic): readonly string[] {
  return loggedStatements(dataDir)
    .map(({ text }) => text)
    .filter((text) => /^(update|insert|delete)/.test(text));
}

async function untilEnded({ api }: ServedGateway, token: string, approval: string): Promise<void> {
  while ((await ask(api, `/approvals/${approval}`, token)).body['state'] === 'pending') {
    // The API has a bound for an address that asks without a pause.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function verifies(ledger: string): Promise<void> {
  const { faults } = await verifyJournal(journalDirectory(ledger), { publicKey: null, checkpoint: null });
  assert.deepEqual(faults, []);
}
