import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canaries, clinicPolicies } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, type Message } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// COPY against a real server, through Sluice and around it: the same answers, where policy permits it.

const copying = `${clinicPolicies}
@id("copies") @description("pipelines copy")
permit(principal in Group::"pipelines", action == Action::"copy", resource in Connection::"clinic");
`;

let clinic: ClinicGateway;
let through: RawWire;
let direct: RawWire;
before(async () => {
  clinic = await startClinicGateway({ policies: copying });
  const setup = await clinic.direct();
  for (const table of ['loads', 'twins'])
    await setup.query(`create table ${table} (id int primary key, label text, amount numeric check (amount > 0))`);
  await setup.end();
  through = await RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
  direct = RawWire.over(await clinic.direct());
});
after(async () => {
  through.destroy();
  direct.destroy();
  await clinic.stop();
});

/** Types of messages, with what is telling of each. */
function shape(messages: readonly Message[]): string {
  return messages
    .map(({ type, body }) => {
      if (type === 'Z') return `Z${body.toString('latin1')}`;
      if (type === 'C') return `C(${body.toString('latin1', 0, body.length - 1)})`;
      return type === 'E' ? `E(${fieldsOf(body)['C']})` : type;
    })
    .join(' ');
}

const extended = (text: string) => [fe.parse('', text), fe.bind('', ''), fe.execute('')];
const data = (text: string) => [fe.copyData(text), fe.copyDone];
const into = 'copy loads (id, label, amount) from stdin';
const csv = 'copy loads (id, label, amount) from stdin (format csv, header true)';
const empty = fe.query('delete from loads');
/** Two rows as PostgreSQL's binary format has them. */
const binary = Buffer.concat([
  Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
  Buffer.alloc(8),
  Buffer.from([0, 1, 0, 0, 0, 4, 0, 0, 0, 41, 0, 1, 0, 0, 0, 4, 0, 0, 0, 42, 0xff, 0xff]),
]);

interface Case {
  readonly name: string;
  readonly sent: readonly Buffer[];
  readonly readies: number;
  readonly shape: string;
}

const cases: readonly Case[] = [
  {
    name: 'in: text, sent before anybody has answered',
    sent: [empty, fe.query(into), ...data('1\tone\t1.5\n2\t\\N\t2\n')],
    readies: 2,
    shape: 'C(DELETE 0) ZI G C(COPY 2) ZI',
  },
  { name: 'out: text', sent: [fe.query('copy loads to stdout')], readies: 1, shape: 'H d d c C(COPY 2) ZI' },
  {
    name: 'out: CSV with a header, from a query',
    sent: [fe.query('copy (select id, label from loads order by id desc) to stdout csv header')],
    readies: 1,
    shape: 'H d d d c C(COPY 2) ZI',
  },
  {
    name: 'out: binary, extended',
    sent: [...extended('copy loads (id, label) to stdout (format binary)'), fe.sync],
    readies: 1,
    shape: '1 2 H d d d c C(COPY 2) ZI',
  },
  {
    name: 'in: CSV, extended; the Sync before the data is ignored, so that there is one ReadyForQuery',
    sent: [...extended(csv), fe.sync, fe.flush, ...data('id,label,amount\n11,"a, b",1\n12,c,2\n'), fe.sync],
    readies: 1,
    shape: '1 2 G C(COPY 2) ZI',
  },
  {
    name: 'in: binary',
    sent: [
      fe.query('copy loads (id) from stdin (format binary)'),
      fe.copyData(binary.subarray(0, 25)),
      fe.copyData(binary.subarray(25)),
      fe.copyDone,
    ],
    readies: 1,
    shape: 'G C(COPY 2) ZI',
  },
  {
    name: 'in: a row that breaks a constraint, while more is sent; the session lives',
    sent: [fe.query(into), fe.copyData('21\tx\t-1\n'), ...data('22\ty\t1\n'), fe.query('select 1')],
    readies: 2,
    shape: 'G E(23514) ZI T D C(SELECT 1) ZI',
  },
  {
    name: 'in, extended: a row that does not read; everything up to Sync is swallowed',
    sent: [...extended(into), fe.copyData('x\ty\tz\n'), ...data('22\ty\t1\n'), fe.sync, fe.query('select 1')],
    readies: 2,
    shape: '1 2 G E(22P02) ZI T D C(SELECT 1) ZI',
  },
  {
    name: 'in: the client gives up',
    sent: [fe.query(into), fe.copyData('31\tx\t1\n'), fe.copyFail],
    readies: 1,
    shape: 'G E(57014) ZI',
  },
  {
    name: 'in, extended: the client gives up',
    sent: [...extended(into), fe.copyData('31\tx\t1\n'), fe.copyFail, fe.sync],
    readies: 1,
    shape: '1 2 G E(57014) ZI',
  },
  {
    name: 'two copies and a query in one text',
    sent: [
      fe.query(`${into}; ${into}; select count(*) from loads`),
      ...data('44\tx\t1\n'),
      ...data('45\ty\t1\n46\tz\t1\n'),
    ],
    readies: 1,
    shape: 'G C(COPY 1) G C(COPY 2) T D C(SELECT 1) ZI',
  },
  {
    name: 'a pipeline around a copy, in one transaction',
    sent: [
      ...extended("insert into loads values (51, 'before', 1)"),
      ...extended(into),
      ...data('52\twithin\t1\n'),
      ...extended("insert into loads values (51, 'again', 1)"),
      fe.sync,
      fe.query('select count(*) from loads where id > 50'),
    ],
    readies: 2,
    shape: '1 2 C(INSERT 0 1) 1 2 G C(COPY 1) 1 2 E(23505) ZI T D C(SELECT 1) ZI',
  },
  {
    name: 'out: a failure after rows have left',
    sent: [fe.query('copy (select 10 / (3 - i) from generate_series(1, 3) i) to stdout')],
    readies: 1,
    shape: 'H d d E(22012) ZI',
  },
  { name: 'in: nothing', sent: [fe.query(into), fe.copyDone], readies: 1, shape: 'G C(COPY 0) ZI' },
];

for (const { name, sent, readies, shape: expected } of cases) {
  test(`copy ${name}`, async () => {
    const told = shape(await through.send(...sent).ready(readies));
    assert.equal(told, expected);
    const twin = sent.map((message) => Buffer.from(message.toString('latin1').replaceAll('loads', 'twins'), 'latin1'));
    assert.equal(shape(await direct.send(...twin).ready(readies)), told);
  });
}

test('what was copied through Sluice is what was copied around it', async () => {
  const text = '61\ttab \\t and \\\\\t1\n62\tü\t2\n';
  const [sluiced, plain] = [fe.query('delete from loads'), fe.query('copy loads to stdout')];
  const results: string[] = [];
  for (const wire of [through, direct]) {
    await wire.send(sluiced, fe.query(into), ...data(text)).ready(2);
    const rows = await wire.send(plain).ready();
    results.push(rows.map(({ type, body }) => `${type}${body.toString('utf8')}`).join('|'));
  }
  assert.equal(results[0], results[1]);
  assert.match(results[0] ?? '', /62\tü\t2/);
});

test('rows and bytes of a copy are in its entry; its data is not', async () => {
  await through.send(empty, fe.query(into), ...data(`71\t${canaries.notes}\t1\n`)).ready(2);
  await through.send(fe.query('copy loads to stdout')).ready();
  // Ends are noted, and on record at the latest with the next decision.
  await through.send(fe.query('select 1')).ready();
  const entries = await clinic.entries();
  const decided = entries.filter((entry) => entry['type'] === 'statement.decided' && entry['verb'] === 'copy');
  const ended = entries.filter((entry) => decided.slice(-2).some((one) => one['statement'] === entry['statement']));
  assert.deepEqual(
    ended
      .filter((entry) => entry['type'] === 'statement.completed')
      .map(({ result, rows, bytes }) => [result, rows, bytes]),
    [
      ['completed', '1', String(fe.copyData(`71\t${canaries.notes}\t1\n`).length)],
      ['completed', '1', String(fe.copyData(`71\t${canaries.notes}\t1\n`).length)],
    ],
  );
  assert.deepEqual(decided.at(-1)?.['tables'], ['public.loads']);
  assert.ok(!JSON.stringify(entries).includes(canaries.notes));
});

test('a message longer than any limit of Sluice passes: copied data is not gathered', async () => {
  const setup = await clinic.direct();
  await setup.query('create unlogged table heap (line text)');
  await setup.end();
  const lines = `${'x'.repeat(99)}\n`.repeat(700_000);
  const told = await through.send(fe.query('copy heap from stdin'), ...data(lines)).ready();
  assert.equal(shape(told), 'G C(COPY 700000) ZI');
});

test('denied: the error stands in place of CopyInResponse, and the session lives', async () => {
  const sent = [fe.query('copy other.patients from stdin'), ...data('2\tx\n'), fe.query('copy patients to stdout')];
  const told = await through.send(...sent, fe.query('select 1')).ready(3);
  assert.equal(shape(told), 'G C(COPY 1) ZI E(0A000) ZI T D C(SELECT 1) ZI');
  const noFiles = await through.send(fe.query("copy loads from '/etc/passwd'"), ...data('x\n')).ready();
  assert.equal(shape(noFiles), 'E(0A000) ZI');
  const inPipeline = await through
    .send(...extended('copy (select ssn from patients) to stdout'), fe.copyDone, fe.sync, fe.query('select 1'))
    .ready(2);
  assert.equal(shape(inPipeline), 'E(0A000) ZI T D C(SELECT 1) ZI');
});

test('a protected table may be loaded, and no error quotes what was sent or was there', async () => {
  const row = (id: number, ssn: string) => `${id}\tMRN-C-${id}\t${ssn}\tSynthetic Loaded\n`;
  const load = 'copy patients (id, mrn, ssn, full_name) from stdin';
  const loaded = await through.send(fe.query(load), ...data(row(9001, '902-00-0001'))).ready();
  assert.equal(shape(loaded), 'G C(COPY 1) ZI');
  for (const [line, code] of [
    [row(9002, '902-00-0002-much-too-long'), '23514'],
    [row(1, '902-00-0003'), '23505'],
    [`zq7\tMRN\t902-00-0004\tx\n`, '22P02'],
    [`9003\tMRN\n`, '22P04'],
  ] as const) {
    const told = await through.send(fe.query(load), ...data(line)).ready();
    assert.equal(shape(told), `G E(${code}) ZI`);
    const said = told.map(({ body }) => body.toString('utf8')).join('');
    assert.doesNotMatch(said, /902-00|zq7|MRN|patients|line 1/);
  }
  const seen = await clinic.connect();
  const { rows } = await seen.query('select id, ssn from patients where id = 9001');
  assert.deepEqual(rows, [{ id: 9001, ssn: '***' }]);
  await seen.end();
});

test('policy says who may copy: the action is copy, and what is read or written beside it', async () => {
  const other = await startClinicGateway({ policies: clinicPolicies });
  const wire = await RawWire.open({ port: other.port, user: 'x', password: await other.token() });
  for (const sql of ['copy encounters to stdout', 'copy encounters from stdin', 'copy (select 1) to stdout']) {
    const told = await wire.send(fe.query(sql), ...data('x\n')).ready();
    assert.equal(shape(told), 'E(42501) ZI');
    assert.match(fieldsOf(told[0]?.body ?? Buffer.alloc(0))['M'] ?? '', /^sluice: no policy permits copy on /);
  }
  wire.destroy();
  await other.stop();
});

test('\\copy of psql, both ways', async () => {
  const file = join(clinic.folder, 'loads.csv');
  writeFileSync(file, '81,eighty-one,1\n82,"eighty, two",2\n');
  const back = join(clinic.folder, 'back.csv');
  const commands = [
    'delete from loads',
    `\\copy loads from '${file}' csv`,
    `\\copy (select * from loads order by id) to '${back}' csv`,
    `\\copy patients to '${back}'`,
    'select count(*) from loads',
  ];
  const address = `host=127.0.0.1 port=${clinic.port} dbname=clinic user=x sslmode=disable`;
  const token = await clinic.token();
  const told = await psql(['-At', ...commands.flatMap((command) => ['-c', command]), address], token);
  if (told === null) {
    // Without psql on the machine the same is said by hand, as psql says it: data only when the target waits for it.
    await through.send(fe.query('delete from loads')).ready();
    await through.send(fe.query('copy loads from stdin csv')).until((messages) => messages.length > 0);
    const loaded = await through.send(...data(readFileSync(file, 'utf8'))).ready();
    assert.equal(shape(loaded), 'C(COPY 2) ZI');
    return;
  }
  assert.match(told.out, /^DELETE \d+\nCOPY 2\nCOPY 2\n2\n$/);
  assert.match(told.err, /copied rows cannot be masked/);
  assert.equal(readFileSync(back, 'utf8'), '');
});

test('a session ended in the middle of its data loads nothing', async () => {
  const client = await clinic.connect();
  const wire = RawWire.over(client);
  await wire.send(fe.query(into)).until((messages) => messages.some(({ type }) => type === 'G'));
  wire.send(fe.copyData('91\tlost\t1\n'), fe.query('select 1'));
  assert.equal(shape(await wire.end()), 'E(08P01)');
  const looking = await clinic.direct();
  const { rows } = await looking.query('select count(*)::int as n from loads where id = 91');
  assert.deepEqual(rows, [{ n: 0 }]);
  await looking.end();
});

/** What psql prints; null where there is no psql. Not synchronous: the gateway lives in this process. */
function psql(
  args: readonly string[],
  password: string,
): Promise<{ readonly out: string; readonly err: string } | null> {
  return new Promise((resolve) => {
    execFile('psql', args, { env: { ...process.env, PGPASSWORD: password } }, (error, out, err) => {
      resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? null : { out, err });
    });
  });
}
