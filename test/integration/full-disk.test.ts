import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type pg from 'pg';
import { verifyJournal } from '../../src/ledger/verify.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { canaries, clinicPolicies } from '../support/clinic.ts';
import { ledgerTail } from '../support/ledger-entries.ts';
import { type ServedGateway, startServedClinic } from '../support/served-gateway.ts';

// A bound on the size of files, set on a gateway that runs, is a disk that fills up and is made room on again; it needs no
// rights and no file system of our own. Linux only, as is the server of these tests.

for (const durability of ['os', 'fsync'] as const) {
  test(`${durability}: a disk that fills up refuses statements with a sentence, and room brings them back`, async (context) => {
    const clinic = await startServedClinic({ durability });
    context.after(() => clinic.stop());
    const gateway = await clinic.serve();
    const early = await clinic.connect();
    const before = await client(early, 'select 1 as n');
    assert.equal(before, '1');

    limitFiles(gateway, newestSegment(clinic.ledger) + 3000);
    const refusals = await untilRefused(early);
    assert.match(refusals, /^58030 sluice: the ledger cannot be written \(file too large\), so nothing may run$/);
    const failed = await fetch(`${gateway.api}/readyz`);
    assert.equal(failed.status, 503);
    const { checks } = (await failed.json()) as { checks: readonly { name: string; ok: boolean }[] };
    assert.deepEqual(
      checks.filter(({ ok }) => !ok).map(({ name }) => name),
      ['ledger'],
    );
    // Nobody is let in either, nothing is changed by the operator, and the session that saw it is still there.
    await assert.rejects(clinic.connect(), { code: '58030' });
    assert.match(await client(early, 'insert into encounters values (9001, 1)'), /^58030 /);
    assert.match(await client(early, 'select 2 as n'), /^58030 /);

    limitFiles(gateway, 'unlimited');
    while ((await fetch(`${gateway.api}/readyz`)).status !== 200);
    assert.equal(await client(early, 'select 3 as n'), '3');
    assert.equal(await client(early, 'select count(*)::int as n from encounters where id = 9001'), '0');
    await early.end();
    const late = await clinic.connect();
    assert.equal(await client(late, 'select 4 as n'), '4');
    await late.end();
    assert.equal(await gateway.stop(), 0);

    const verification = await verifyJournal(journalDirectory(clinic.ledger), { publicKey: null, checkpoint: null });
    assert.deepEqual(verification.faults, []);
    const resumed = ledgerTail(clinic.ledger).filter((entry) => entry['type'] === 'journal.resumed');
    assert.equal(resumed.length, 1);
    assert.ok(Number(resumed[0]?.['refused']) >= 3);
  });
}

test('what a session states while nothing can be recorded does not count: the earlier statement stays in force', async (context) => {
  const policies = `${clinicPolicies}
@id("two") permit(principal in Group::"pipelines", action == Action::"unmask", resource == Column::"clinic/public.patients.phone")
when { context has purpose && context.purpose == "TREAT" };`;
  const clinic = await startServedClinic({ policies });
  context.after(() => clinic.stop());
  const gateway = await clinic.serve();
  const session = await clinic.connect();
  const phone = 'select phone as n from patients where id = 1';
  await session.query("set sluice.purpose = 'TREAT'");
  assert.equal(await client(session, phone), canaries.phone);
  limitFiles(gateway, newestSegment(clinic.ledger) + 3000);
  await untilRefused(session);
  for (const sql of ["set sluice.purpose = 'HOPERAT'", 'reset sluice.purpose', 'reset all', 'discard all'])
    assert.match(await client(session, sql), /^58030 /, sql);
  limitFiles(gateway, 'unlimited');
  while ((await fetch(`${gateway.api}/readyz`)).status !== 200);
  assert.equal(await client(session, phone), canaries.phone);
  await session.query("set sluice.purpose = 'HOPERAT'");
  assert.notEqual(await client(session, phone), canaries.phone);
  await session.end();
  assert.equal(await gateway.stop(), 0);
});

test('a full disk under the log alone stops nothing, and the gateway still ends when it is asked to', async (context) => {
  const clinic = await startServedClinic();
  context.after(() => clinic.stop());
  const log = openSync('/dev/full', 'w');
  const gateway = await clinic.serve({ log });
  closeSync(log);
  for (let time = 0; time < 3; time += 1) {
    const session = await clinic.connect();
    assert.equal(await client(session, 'select 1 as n'), '1');
    await session.end();
    assert.equal((await fetch(`${gateway.api}/api/v1/sessions`)).status, 401);
  }
  assert.equal(await gateway.stop(), 0);
});

test('a second gateway on the same data directory is refused, and the first one goes on', async (context) => {
  const clinic = await startServedClinic();
  context.after(() => clinic.stop());
  const first = await clinic.serve();
  await assert.rejects(clinic.serve(), /is using this data directory/);
  const session = await clinic.connect();
  assert.equal(await client(session, 'select 1 as n'), '1');
  assert.equal(await first.stop(), 0);
});

test('SIGTERM under load: every client hears why, the process ends, the ledger verifies', async (context) => {
  const clinic = await startServedClinic({ durability: 'fsync' });
  context.after(() => clinic.stop());
  const gateway = await clinic.serve();
  const clients = await Promise.all(Array.from({ length: 6 }, () => clinic.connect()));
  const underWay = Promise.withResolvers<null>();
  let answers = 0;
  const endings = clients.map(async (session) => {
    for (let n = 0; ; n += 1) {
      const said = await client(session, `select ${n} as n`);
      if (said !== String(n)) return said;
      answers += 1;
      if (answers === 100) underWay.resolve(null);
    }
  });
  await underWay.promise;
  assert.equal(await gateway.stop(), 0);
  assert.deepEqual(new Set(await Promise.all(endings)), new Set(['57P03 sluice: the gateway is shutting down']));
  const entries = ledgerTail(clinic.ledger);
  assert.equal(entries.at(-1)?.['type'], 'gateway.stopped');
  assert.equal(entries.filter((entry) => entry['type'] === 'session.closed').length, 6);
  const verification = await verifyJournal(journalDirectory(clinic.ledger), { publicKey: null, checkpoint: null });
  assert.deepEqual(verification.faults, []);
});

/** The first cell as text, or what was said instead. */
function client(session: pg.Client, sql: string): Promise<string> {
  return session.query(sql).then(
    ({ rows }) => String(rows[0]?.n),
    (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
  );
}

async function untilRefused(session: pg.Client): Promise<string> {
  for (;;) {
    const said = await client(session, 'select 1 as n');
    if (said !== '1') return said;
  }
}

function newestSegment(ledger: string): number {
  const [newest] = readdirSync(ledger)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .reverse();
  return statSync(join(ledger, newest ?? '')).size;
}

function limitFiles(gateway: ServedGateway, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(gateway.process.pid), `--fsize=${bytes}:unlimited`]);
}
