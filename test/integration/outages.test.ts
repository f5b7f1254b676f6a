import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

test('an issuer that rotates its keys ends no session, and lets in by the new key alone', async () => {
  const session = await clinic.connect();
  const old = await clinic.token('early');
  await clinic.issuer.rotate();
  const other = await clinic.connect();
  assert.deepEqual((await other.query('select 1 as n')).rows, [{ n: 1 }]);
  assert.deepEqual((await session.query('select 2 as n')).rows, [{ n: 2 }]);
  await assert.rejects(clinic.connect({ password: old }), { code: '28000' });
  await session.end();
  await other.end();
});

test('a target that stops answering holds up its own session, which can still be ended', async () => {
  const stuck = await clinic.connect();
  const { rows } = await stuck.query('select pg_backend_pid() as pid');
  const { pid } = rows[0] as { pid: number };
  process.kill(pid, 'SIGSTOP');
  try {
    const waiting = stuck.query('select 1').catch((error: { code: string }) => error.code);
    const other = await clinic.connect();
    assert.deepEqual((await other.query('select 1 as n')).rows, [{ n: 1 }]);
    await other.end();

    const admin = await clinic.person('ada', 'platform');
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const listed = await fetch(`${clinic.api}/api/v1/sessions`, { headers });
    const sessions = (await listed.json()) as readonly { id: string; backendPid: number }[];
    const id = sessions.find((session) => session.backendPid === pid)?.id;
    const ended = await fetch(`${clinic.api}/api/v1/sessions/${id}/terminate`, { method: 'POST', headers, body: '{}' });
    assert.equal(ended.status, 200);
    assert.equal(await waiting, '57P01');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a client that never reads its answers does not fill the memory', { timeout: 30_000 }, async () => {
  const wire = await RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
  const direct = await clinic.direct();
  const before = process.memoryUsage().rss;
  wire.socket.pause();
  wire.send(fe.query("select repeat('x', 1000000) as filler from generate_series(1, 500)"));
  // Until the server waits for somebody to read, time after time: then everything that could be in flight is.
  const blocked = "select count(*)::int as n from pg_stat_activity where wait_event = 'ClientWrite'";
  for (let times = 0; times < 50; ) times = (await direct.query(blocked)).rows[0].n === 0 ? 0 : times + 1;
  // Half of the result: what is garbage and not collected yet counts too.
  assert.ok(process.memoryUsage().rss - before < 250 * 1024 * 1024);
  await direct.end();
  wire.destroy();
});

test('no client hears of the credential or of the text of the target, and no entry holds a token', async () => {
  const token = await clinic.token();
  const said: string[] = [];
  for (const password of [token, `${token}x`, 'nonsense', token.split('.').slice(0, 2).join('.')]) {
    const wire = await RawWire.dial(clinic.port);
    wire.send(fe.startup({ user: 'x', database: 'clinic' }), fe.password(password), fe.query('select 1'), fe.terminate);
    const answered = await wire.end();
    said.push(Buffer.concat(answered.map(({ body }) => body)).toString('latin1'));
    const error = answered.find(({ type }) => type === 'E');
    if (password !== token) assert.match(fieldsOf(error?.body ?? Buffer.alloc(0))['M'] ?? '', /^sluice: /);
  }
  const everything = said.join('\n') + JSON.stringify(await clinic.entries());
  for (const secret of [clinic.database.password, token, token.split('.')[2] ?? ''])
    assert.ok(!everything.includes(secret));
});
