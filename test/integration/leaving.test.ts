import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { clinicPolicies } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, type Message } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// Clients that do not wait for their answers, and clients that keep everybody waiting.

const copies = `@id("copies")
permit(principal in Group::"pipelines", action == Action::"copy", resource in Connection::"clinic");`;

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway({ limits: '{ idleMs: 2s }', policies: `${clinicPolicies}\n${copies}` });
});
after(() => clinic.stop());

async function open(): Promise<RawWire> {
  return RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
}

function rows(messages: readonly Message[]): readonly string[] {
  return messages.filter(({ type }) => type === 'D').map(({ body }) => body.subarray(6).toString('latin1'));
}

/** How the newest statements ended, as the ledger has it. */
async function outcomes(count: number): Promise<readonly unknown[]> {
  const completed = (await clinic.entries()).filter(({ type }) => type === 'statement.completed');
  return completed.slice(-count).map(({ result }) => result);
}

const slow = "select 'late' from providers limit 1";

/** Nobody reads the table before `release`; `waits` resolves when a statement stands before it. */
async function locked(): Promise<{
  readonly waits: () => Promise<void>;
  readonly release: (after?: number) => Promise<void>;
}> {
  const direct = await clinic.direct();
  const watching = await clinic.direct();
  await direct.query('begin; lock table providers');
  const standing = "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'";
  return {
    waits: async () => {
      while ((await watching.query(standing)).rows[0].n === 0);
    },
    release: async (after = 0) => {
      await direct.query(`select pg_sleep(${after})`);
      await direct.query('commit');
      await direct.end();
      await watching.end();
    },
  };
}

const extended = [fe.parse('', slow), fe.bind('', ''), fe.execute(''), fe.sync];

for (const [name, messages] of [
  ['a query', [fe.query(slow)]],
  ['a pipeline', extended],
] as const) {
  test(`${name} and Terminate at once: answered, as by PostgreSQL`, async () => {
    const lock = await locked();
    const wire = (await open()).send(...messages, fe.terminate);
    await lock.waits();
    await lock.release();
    const answered = await wire.end();
    assert.deepEqual(rows(answered), ['late']);
    assert.equal(answered.at(-1)?.type, 'Z');
    assert.deepEqual(await outcomes(1), ['completed']);
  });

  test(`${name} and a half-closed socket: answered, as by PostgreSQL`, async () => {
    const wire = await open();
    (wire.socket as Socket).allowHalfOpen = true;
    const lock = await locked();
    wire.send(...messages).socket.end();
    await lock.waits();
    await lock.release();
    assert.deepEqual(rows(await wire.end()), ['late']);
    assert.deepEqual(await outcomes(1), ['completed']);
  });
}

test('everything in one go, then the end of the socket: what `printf | nc` does', async () => {
  const socket = connect({ port: clinic.port, host: '127.0.0.1', allowHalfOpen: true });
  const opening = [fe.startup({ user: 'x', database: 'clinic' }), fe.password(await clinic.token())];
  socket.end(Buffer.concat([...opening, fe.query(slow)]));
  assert.match(await text(socket.setEncoding('latin1')), /late/);
});

test('the same over TLS', async () => {
  const address = { port: clinic.tlsPort, host: '127.0.0.1', allowHalfOpen: true };
  const socket = connectTls({ ...address, ALPNProtocols: ['postgresql'], rejectUnauthorized: false });
  const opening = [fe.startup({ user: 'x', database: 'clinic' }), fe.password(await clinic.token())];
  socket.end(Buffer.concat([...opening, fe.query(slow)]));
  assert.match(await text(socket.setEncoding('latin1')), /late/);
});

test('a client that hangs up within the TLS handshake leaves no socket behind', async () => {
  const socket = connect({ port: clinic.tlsPort, host: '127.0.0.1', allowHalfOpen: true });
  socket.write(fe.ssl);
  await once(socket, 'data');
  socket.end();
  await once(socket.resume(), 'close');
});

test('a client that is gone for good is lost, and so is what was for it', async () => {
  const wire = await open();
  const lock = await locked();
  wire.send(fe.query(slow));
  await lock.waits();
  (wire.socket as Socket).resetAndDestroy();
  while ((await outcomes(1))[0] !== 'unfinished') await lock.waits();
  await lock.release();
});

const silences: readonly (readonly [string, readonly Buffer[]])[] = [
  ['nothing', []],
  ['a Parse without Sync', [fe.parse('', 'select 1')]],
  ['an Execute without Sync', [fe.parse('', 'select 1'), fe.bind('', ''), fe.execute('')]],
  ['a COPY that waits for data', [fe.query('copy encounters from stdin')]],
  ['the beginning of a message', [fe.query('select 1').subarray(0, 8)]],
];

test('a client that is silent whatever it had begun: the session ends with a sentence', async () => {
  const said = silences.map(async ([name, messages]) => {
    const answered = await (await open()).send(...messages).end();
    const error = answered.find(({ type }) => type === 'E');
    return [name, fieldsOf(error?.body ?? Buffer.alloc(0))['M']];
  });
  const sentence = 'sluice: the session was idle for too long';
  assert.deepEqual(
    await Promise.all(said),
    silences.map(([name]) => [name, sentence]),
  );
});

test('a client that does not read its answers is silent, too', async () => {
  const wire = await open();
  const direct = await clinic.direct();
  wire.socket.pause();
  wire.send(fe.query("select repeat('unread', 100000) from generate_series(1, 500)"));
  const blocked = "select count(*)::int as n from pg_stat_activity where wait_event = 'ClientWrite'";
  while ((await direct.query(blocked)).rows[0].n === 0);
  while ((await direct.query(blocked)).rows[0].n > 0);
  while ((await outcomes(1))[0] !== 'unfinished') await direct.query('select 1');
  await direct.end();
  wire.destroy();
});

test('a statement that runs for longer than idleMs is nobody’s silence', async () => {
  const wire = await open();
  const lock = await locked();
  wire.send(fe.query(slow));
  await lock.waits();
  await lock.release(4);
  assert.deepEqual(rows(await wire.ready()), ['late']);
  wire.destroy();
});
