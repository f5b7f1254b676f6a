import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { be, fe, int32 } from '../support/pg-bytes.ts';

let clinic: ClinicGateway;
let direct: pg.Client;
before(async () => {
  clinic = await startClinicGateway();
  direct = await clinic.direct();
});
after(async () => {
  await direct.end();
  await clinic.stop();
});

const endless = 'select count(*) from generate_series(1, 2000000000) as g (n)';

test('a running statement is cancelled by the driver’s own key, and its session lives on', async () => {
  const session = await clinic.connect();
  const running = session.query(endless).catch((error: { code: string }) => error.code);
  await untilRunning(1);
  const { processID, secretKey } = keyOf(session);
  for (const wrong of [secretKey ^ 1, 0]) await cancel(processID, wrong);
  await cancel(processID + 1, secretKey);
  assert.equal(await countRunning(), 1);
  await cancel(processID, secretKey);
  assert.equal(await running, '57014');
  assert.deepEqual((await session.query('select 1 as n')).rows, [{ n: 1 }]);
  // Too late: nothing runs any more, and the next statement is not hit.
  await cancel(processID, secretKey);
  assert.deepEqual((await session.query('select 2 as n')).rows, [{ n: 2 }]);
  await session.end();
  const completed = (await clinic.entries()).filter((entry) => entry['type'] === 'statement.completed');
  assert.ok(completed.some((entry) => entry['sqlstate'] === '57014' && entry['result'] === 'failed'));
});

test('the key that clients get is not the target’s', async () => {
  const session = await clinic.connect();
  const { rows } = await session.query('select pg_backend_pid() as pid');
  assert.notEqual(keyOf(session).processID, (rows[0] as { pid: number }).pid);
  await session.end();
});

test('psql: an interrupt cancels, also on a TLS listener', async () => {
  for (const [port, sslmode] of [
    [clinic.port, 'disable'],
    [clinic.tlsPort, 'require'],
  ] as const) {
    const psql = spawn(
      'psql',
      [
        '-X',
        '-A',
        '-t',
        '-v',
        'VERBOSITY=sqlstate',
        `host=127.0.0.1 port=${port} dbname=clinic user=x sslmode=${sslmode}`,
      ],
      { env: { ...process.env, PGPASSWORD: await clinic.token() } },
    );
    let said = '';
    for (const stream of [psql.stdout, psql.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    psql.stdin.write(`${endless};\n`);
    await untilRunning(1);
    psql.kill('SIGINT');
    psql.stdin.end();
    await once(psql, 'close');
    assert.match(said, /Cancel request sent\nERROR: {2}57014/);
    await untilRunning(0);
  }
});

test('a disabled principal’s statement does not go on in the target', async () => {
  const session = await clinic.connect({ password: await clinic.token('disabled-job') });
  const running = session.query(endless).catch((error: { code: string }) => error.code);
  await untilRunning(1);
  const admin = await clinic.person('ada', 'platform');
  const answer = await fetch(`${clinic.api}/api/v1/principals/disable`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'ci/disabled-job' }),
  });
  assert.equal(answer.status, 200);
  assert.equal(await running, '57P01');
  await untilRunning(0);
});

test('direct TLS: without asking first, with the protocol named', async () => {
  const socket = connectTls({
    port: clinic.tlsPort,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['postgresql'],
  });
  await once(socket, 'secureConnect');
  socket.write(fe.startup({ user: 'x', database: 'clinic' }, 0x0003_0002));
  const [asked] = (await once(socket, 'data')) as [Buffer];
  assert.deepEqual(asked, be.authCleartext);
  socket.destroy();
});

test('direct TLS without the protocol’s name is told what to do', async () => {
  const socket = connectTls({ port: clinic.tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const [said] = (await once(socket, 'data')) as [Buffer];
  assert.match(said.toString(), /without naming the protocol/);
  socket.destroy();
});

async function cancel(processId: number, secret: number): Promise<void> {
  const socket = connect(clinic.port, '127.0.0.1');
  socket.end(Buffer.concat([int32(16), int32(80_877_102), int32(processId | 0), int32(secret | 0)]));
  socket.resume();
  await once(socket, 'close');
}

/** The driver keeps them for its own use. */
function keyOf(client: pg.Client): { readonly processID: number; readonly secretKey: number } {
  return client as unknown as { processID: number; secretKey: number };
}

async function countRunning(): Promise<number> {
  const { rows } = await direct.query(
    "select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%2000000000%' and pid <> pg_backend_pid()",
  );
  return (rows[0] as { n: number }).n;
}

async function untilRunning(count: number): Promise<void> {
  while ((await countRunning()) !== count);
}
