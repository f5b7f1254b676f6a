import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, type Message, msg } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// What gateways before PostgreSQL get wrong, against a real server.

let clinic: ClinicGateway;
let wire: RawWire;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

async function open(): Promise<RawWire> {
  return RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
}

function run(text: string, portal = ''): Buffer {
  return Buffer.concat([fe.parse('', text), fe.bind(portal, ''), fe.execute(portal)]);
}

/** Types of messages, with the state behind ReadyForQuery and the SQLSTATE behind an error. */
function shape(messages: readonly Message[]): string {
  return messages
    .map(({ type, body }) => {
      if (type === 'Z') return `Z${body.toString('latin1')}`;
      return type === 'E' ? `E(${fieldsOf(body)['C']})` : type;
    })
    .join(' ');
}

/** The first column of each row. */
function rows(messages: readonly Message[]): readonly string[] {
  return messages.filter(({ type }) => type === 'D').map(({ body }) => body.subarray(6).toString('latin1'));
}

const insert = "insert into encounters values (7001, 1, 'visit', null)";
const denied = 'drop table encounters';
// The server finds out only when it runs this, not when it plans it.
const failing = 'select 1 / (id - 1) from providers where id = 1';
const inserted = 'select id from encounters where id = 7001';

/** One segment each: what is sent at once, and the shape of what comes back up to as many ReadyForQuery. */
const pitfalls: readonly { readonly name: string; readonly talk: readonly (readonly [readonly Buffer[], string])[] }[] =
  [
    {
      name: '5: after a denial everything is skipped up to Sync, a simple query too, and there is one ReadyForQuery',
      talk: [
        [[run(denied), fe.query('select 1'), run('select 2'), fe.sync], 'E(0A000) ZI'],
        [[fe.query('select 1')], 'T D C ZI'],
      ],
    },
    {
      name: '5: the same after an error of the server',
      talk: [[[run(failing), fe.query('select 1'), run('select 2'), fe.sync], '1 2 E(22012) ZI']],
    },
    {
      name: '6: what ran before a denial in its pipeline is rolled back',
      talk: [
        [[run(insert), run(denied), run(insert), fe.sync], '1 2 C E(0A000) ZI'],
        [[run(inserted), fe.sync], '1 2 C ZI'],
      ],
    },
    {
      name: '6: what a Sync committed before it is not',
      talk: [
        [[run(insert), fe.sync], '1 2 C ZI'],
        [[run(denied), fe.sync, run(inserted), fe.sync], 'E(0A000) ZI'],
        [[], '1 2 D C ZI'],
        [[fe.query('delete from encounters where id = 7001')], 'C ZI'],
      ],
    },
    {
      name: '8: several unnamed statements in one pipeline, each is the one that was sent last',
      talk: [[[run("select 'a'"), run("select 'b'"), fe.parse('', "select 'c'"), fe.sync], '1 2 D C 1 2 D C 1 ZI']],
    },
    {
      name: '8: an unnamed statement lives on behind Sync, up to the next simple query',
      talk: [
        [[fe.parse('', "select 'a'"), fe.sync], '1 ZI'],
        [[fe.bind('', ''), fe.execute(''), fe.sync], '2 D C ZI'],
        [[fe.query('select 1')], 'T D C ZI'],
        [[fe.bind('', ''), fe.execute(''), fe.sync], 'E(26000) ZI'],
      ],
    },
    {
      name: '8: the unnamed portal is gone with its transaction',
      talk: [
        [[fe.parse('', "select 'a'"), fe.bind('', ''), fe.sync], '1 2 ZI'],
        [[fe.execute(''), fe.sync], 'E(34000) ZI'],
      ],
    },
    {
      name: '9: DEALLOCATE takes a name of the protocol away',
      talk: [
        [[fe.parse('s', 'select 1'), fe.parse('t', 'select 1'), fe.sync], '1 1 ZI'],
        [[fe.query('deallocate s')], 'C ZI'],
        [[fe.bind('', 's'), fe.execute(''), fe.sync], 'E(26000) ZI'],
        [[fe.bind('', 't'), fe.execute(''), fe.sync], '2 D C ZI'],
        [
          [run('deallocate all'), fe.parse('t', 'select 2'), fe.bind('', 't'), fe.execute(''), fe.sync],
          '1 2 C 1 2 D C ZI',
        ],
        [[fe.query('discard all')], 'C ZI'],
        [[fe.bind('', 't'), fe.execute(''), fe.sync], 'E(26000) ZI'],
      ],
    },
    {
      name: '11: a portal is read in parts, also between those of another one',
      talk: [
        [[fe.query('begin')], 'C ZT'],
        [
          [
            fe.parse('s', 'select n from generate_series(1, 3) n'),
            ...['a', 'b'].flatMap((portal) => [fe.bind(portal, 's'), fe.execute(portal, 2)]),
            fe.execute('a', 2),
            fe.sync,
          ],
          '1 2 D D s 2 D D s D C ZT',
        ],
        [[fe.execute('b', 0), fe.close('P', 'b'), fe.execute('b', 0), fe.sync], 'D C 3 E(34000) ZE'],
        [[fe.query('rollback')], 'C ZI'],
      ],
    },
    {
      name: '13: a COMMIT inside of a simple query keeps what came before it',
      talk: [
        [[fe.query(`${insert}; commit; select 1 / 0`)], 'C N C E(22012) ZI'],
        [[fe.query(inserted)], 'T D C ZI'],
        [[fe.query('delete from encounters where id = 7001')], 'C ZI'],
      ],
    },
    {
      name: '13: rows before an error, several results, none at all, rows without columns',
      talk: [
        [[fe.query('select 1 / (3 - n) from generate_series(1, 3) n')], 'T D D E(22012) ZI'],
        [[fe.query('select 1; values (1), (2); select from providers')], 'T D C T D D C T D D C ZI'],
        [[fe.query('')], 'I ZI'],
        [[run(''), fe.sync], '1 2 I ZI'],
      ],
    },
    {
      name: '14: several commands in one Parse are refused',
      talk: [[[fe.parse('', 'select 1; select 2'), fe.sync], 'E(42601) ZI']],
    },
    {
      name: '14: a Bind with 65,535 parameters is counted right',
      talk: [
        [
          [fe.parse('', 'select 1'), fe.bind('', '', new Array<null>(65_535).fill(null)), fe.execute(''), fe.sync],
          '1 E(08P01) ZI',
        ],
      ],
    },
    {
      name: '17: a denial fails the transaction on both sides',
      talk: [
        [[fe.query('begin'), fe.query(insert)], 'C ZT'],
        [[fe.query(denied)], 'C ZT'],
        [[fe.query('select 1')], 'E(0A000) ZE'],
        [[fe.query('commit')], 'E(25P02) ZE'],
        [[fe.query(inserted)], 'C ZI'],
        [[], 'T C ZI'],
      ],
    },
  ];

for (const { name, talk } of pitfalls) {
  test(name, async () => {
    wire = await open();
    let pending: Message[] = [];
    for (const [messages, expected] of talk) {
      wire.send(...messages);
      while (!pending.some(({ type }) => type === 'Z')) pending.push(...(await wire.ready()));
      const end = pending.findIndex(({ type }) => type === 'Z') + 1;
      assert.equal(shape(pending.slice(0, end)), expected);
      pending = pending.slice(end);
    }
    assert.equal(shape(pending), '');
    wire.destroy();
  });
}

test('4: an error comes without Flush or Sync, what succeeded waits for one', async () => {
  wire = await open();
  assert.equal(shape(await wire.send(fe.parse('', 'select 1 fro m')).until((came) => came.length > 0)), 'E(42601)');
  assert.equal(shape(await wire.send(fe.sync).ready()), 'ZI');
  assert.equal(shape(await wire.send(run(failing)).until((came) => came.length > 2)), '1 2 E(22012)');
  assert.equal(shape(await wire.send(fe.sync).ready()), 'ZI');
  wire.destroy();
});

test('7: a driver that describes first and binds when it knows', async () => {
  wire = await open();
  wire.send(fe.parse('s', 'select id from providers where id = $1'), fe.describe('S', 's'), fe.flush);
  assert.equal(shape(await wire.until((came) => came.length > 2)), '1 t T');
  wire.send(fe.bind('', 's', ['2']), fe.execute(''), fe.flush);
  const answered = await wire.until((came) => came.length > 2);
  assert.equal(shape(answered), '2 D C');
  assert.deepEqual(rows(answered), ['2']);
  assert.equal(shape(await wire.send(fe.sync).ready()), 'ZI');
  wire.destroy();
});

test('12: a setting that changes is reported before ReadyForQuery', async () => {
  wire = await open();
  assert.equal(shape(await wire.send(fe.query("set intervalstyle = 'iso_8601'")).ready()), 'C S ZI');
  assert.equal(shape(await wire.send(run('reset intervalstyle'), fe.sync).ready()), '1 2 C S ZI');
  wire.destroy();
});

test('15: a row of 40 MB passes, masked columns beside it', { timeout: 30_000 }, async () => {
  wire = await open();
  const size = 40_000_000;
  const answered = await wire.send(fe.query(`select repeat('x', ${size}), ssn from patients where id = 1`)).ready();
  assert.equal(shape(answered), 'T D C ZI');
  assert.ok((answered[1]?.body.length ?? 0) > size);
  wire.destroy();
});

const long = 'select count(*)::text from generate_series(1, 2000000000)';
test('16: a backend that dies between rows: what it sent, its own FATAL, the end, and no ReadyForQuery', async () => {
  wire = await open();
  const [pid] = rows(await wire.send(fe.query('select pg_backend_pid()')).ready());
  wire.send(fe.query(`select repeat('x', 20000) from generate_series(1, 3) union all ${long}`));
  // The row before the last one may wait in the server's buffer.
  const first = await wire.until((came) => came.length > 2);
  await terminate(pid);
  const answered = [...first, ...(await wire.end())];
  assert.match(shape(answered), /^T (D )+E\(57P01\)$/);
  assert.equal(fieldsOf(answered.at(-1)?.body ?? Buffer.alloc(0))['V'], 'FATAL');
});

test('16: one that dies inside of a row: nothing is written into that row', async () => {
  wire = await open();
  const [pid] = rows(await wire.send(fe.query('select pg_backend_pid()')).ready());
  wire.socket.pause();
  wire.send(fe.query("select repeat('x', 100000000)"));
  const direct = await clinic.direct();
  const blocked = "select count(*)::int as n from pg_stat_activity where wait_event = 'ClientWrite'";
  for (let times = 0; times < 20; ) times = (await direct.query(blocked)).rows[0].n === 0 ? 0 : times + 1;
  await direct.end();
  await terminate(pid);
  wire.socket.resume();
  assert.equal(shape(await wire.end()), 'T');
  assert.match(wire.rest.subarray(-4096).toString('latin1'), /^x+$/);
});

async function terminate(pid: string | undefined): Promise<void> {
  const direct = await clinic.direct();
  await direct.query('select pg_terminate_backend($1)', [Number(pid)]);
  await direct.end();
}

test('messages that a session does not carry: COPY outside of a COPY is swallowed, FunctionCall is refused in place', async () => {
  wire = await open();
  const odd = [fe.copyData(Buffer.from('x')), fe.copyDone, fe.copyFail, fe.functionCall, fe.query('select 1')];
  assert.equal(shape(await wire.send(...odd).ready(2)), 'E(0A000) ZI T D C ZI');
  assert.equal(shape(await wire.send(fe.ssl).end()), 'E(08P01)');
  wire = await open();
  assert.equal(shape(await wire.send(msg('p', Buffer.from('x\0'))).end()), 'E(08P01)');
  wire = await RawWire.dial(clinic.port);
  assert.equal(shape(await wire.send(fe.cancel, fe.startup({ user: 'x' })).end()), '');
});
