import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, int32 } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// A statement is cancelled while Sluice itself still asks the target what to expect of it.

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("small") permit(principal, action == Action::"select", resource in Connection::"clinic")
when { context.statement has estimatedRows && context.statement.estimatedRows <= 100000 };
`;

let clinic: ClinicGateway;
let watching: pg.Client;
before(async () => {
  clinic = await startClinicGateway({ policies });
  watching = await clinic.direct();
  // Reads the catalogue, for which it must be possible to read about every table.
  const first = await clinic.connect();
  await first.query('select 1');
  await first.end();
});
after(async () => {
  await watching.end();
  await clinic.stop();
});

/** While nobody can read the table, `run` gets a statement that is being decided; then the table is free again. */
async function undecided(run: (decided: Promise<void>) => Promise<void>): Promise<void> {
  const holder = await clinic.direct();
  await holder.query('begin; lock table providers');
  const planning = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'EXPLAIN%'";
  const waits = async () => {
    while ((await watching.query(planning)).rowCount === 0);
  };
  try {
    await run(waits());
  } finally {
    await holder.query('commit');
    await holder.end();
  }
}

/** Resolves when the request was read: it is answered by the end of its connection. */
async function cancel(processId: number, secret: number): Promise<void> {
  const socket = connect(clinic.port, '127.0.0.1');
  socket.end(Buffer.concat([int32(16), int32(80_877_102), int32(processId | 0), int32(secret | 0)]));
  await once(socket.resume(), 'close');
}

test('node-postgres: a statement that is being decided is cancelled, never runs, and its session lives on', async () => {
  const session = await clinic.connect();
  const { processID, secretKey } = session as unknown as { readonly processID: number; readonly secretKey: number };
  let answer: Promise<unknown> = Promise.resolve();
  await undecided(async (decided) => {
    answer = session.query('select count(*) from providers').catch((error: unknown) => error);
    await decided;
    await cancel(processID, secretKey);
  });
  assert.equal(((await answer) as { readonly code: string }).code, '57014');
  assert.deepEqual((await session.query('select 1 as n')).rows, [{ n: 1 }]);
  await session.end();
  const completed = (await clinic.entries()).filter(({ type }) => type === 'statement.completed');
  assert.equal(completed.filter(({ result }) => result === 'skipped').length, 1);
});

test('psql: the same by an interrupt', async () => {
  const to = `host=127.0.0.1 port=${clinic.port} dbname=clinic user=x sslmode=disable`;
  const psql = spawn('psql', ['-X', '-A', '-t', '-v', 'VERBOSITY=sqlstate', to], {
    env: { ...process.env, PGPASSWORD: await clinic.token() },
  });
  let said = '';
  const heard = Promise.withResolvers<null>();
  for (const stream of [psql.stdout, psql.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      heard.resolve(null);
    });
  }
  // psql says that it has sent the request once the gateway has closed its connection.
  await undecided(async (decided) => {
    psql.stdin.write("select count(*), 'by psql' from providers;\n");
    await decided;
    psql.kill('SIGINT');
    await heard.promise;
  });
  psql.stdin.end();
  await once(psql, 'close');
  assert.match(said, /Cancel request sent\nERROR: {2}57014\n$/);
});

test('what is queued behind it is not meant, and runs', async () => {
  const wire = await RawWire.dial(clinic.port);
  wire.send(fe.startup({ user: 'x', database: 'clinic' }), fe.password(await clinic.token()));
  const key = (await wire.ready()).find(({ type }) => type === 'K')?.body ?? Buffer.alloc(8);
  await undecided(async (decided) => {
    wire.send(fe.query("select count(*), 'first' from providers"), fe.query('select 7'));
    await decided;
    await cancel(key.readInt32BE(0), key.readInt32BE(4));
  });
  const answered = await wire.ready(2);
  assert.equal(answered.map(({ type }) => type).join(''), 'EZTDCZ');
  assert.equal(fieldsOf(answered[0]?.body ?? Buffer.alloc(0))['C'], '57014');
  wire.destroy();
});
