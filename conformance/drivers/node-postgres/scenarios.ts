import { readFileSync } from 'node:fs';
import pg from 'pg';
import { type Actor, attempt, playScenes, type Scene } from '../node-stage.ts';

const env = (name: string) => process.env[`DOOR_${name}`] ?? '';
const ca = readFileSync(env('AUTHORITY'), 'utf8');
const base: pg.ClientConfig = {
  host: '127.0.0.1',
  port: Number(env('PORT')),
  database: env('DATABASE'),
  user: env('USER'),
  password: env('PASSWORD'),
  ssl: { ca },
};

interface Session extends Actor {
  readonly client: pg.Client;
  query: pg.Client['query'];
}

async function open(options: pg.ClientConfig = {}): Promise<Session> {
  const client = new pg.Client({ ...base, ...options });
  client.on('error', () => undefined);
  await client.connect();
  return {
    client,
    query: client.query.bind(client) as pg.Client['query'],
    async alive() {
      await client.query('rollback');
      return (await client.query('select 1 as one')).rows[0].one === 1;
    },
    close: () => client.end(),
  };
}

const scenes: Scene<Session>[] = [];
function scene(scenario: string, play: (session: Session) => Promise<unknown>, options?: pg.ClientConfig): void {
  scenes.push({ scenario, open: () => open(options), play });
}
const rows = async (session: Session, text: string, values?: unknown[]) => (await session.query(text, values)).rows;

scene('connect.tls-verified', (s) => rows(s, 'select 1 as one'));
scene('connect.tls-unverified', (s) => rows(s, 'select 1 as one'), { ssl: { rejectUnauthorized: false } });
scene('connect.plain', (s) => rows(s, 'select 1 as one'), { ssl: false });
scene('connect.application-name', (s) => rows(s, 'show application_name'), { application_name: 'conformance' });
scene('connect.options', (s) => rows(s, 'show lock_timeout'), { options: '-c lock_timeout=1234' });
scene('connect.timeouts', (s) => rows(s, 'show statement_timeout'), {
  statement_timeout: 12345,
  lock_timeout: 100,
  idle_in_transaction_session_timeout: 5000,
});
scene('query.simple', async (s) => {
  const { rows, fields, command, rowCount } = await s.query('select id, label, amount from items order by id');
  return [rows, fields.map(({ name, dataTypeID, format }) => [name, dataTypeID, format]), command, rowCount];
});
scene('query.several-statements', async (s) => {
  const results = (await s.query(
    "select 1 as a; insert into items values (70, 'x', 1, null); delete from items where id = 70",
  )) as unknown;
  return (results as pg.QueryResult[]).map(({ command, rowCount, rows }) => [command, rowCount, rows]);
});
scene('query.empty', async (s) => (await s.query('')).rowCount);
scene(
  'query.array-rows',
  async (s) => (await s.query({ text: 'select 1, $1::text', values: ['x'], rowMode: 'array' })).rows,
);
scene('query.queued', (s) => Promise.all(Array.from({ length: 30 }, (_, n) => rows(s, 'select $1::int as n', [n]))));
scene('types.text', (s) => rows(s, 'select * from typed order by id'));
scene('types.binary', async (s) => {
  const text = 'select id, i2, i4, i8, f4, f8, t, b from typed order by id';
  const query = { text, values: [], binary: true } as pg.QueryConfig;
  return (await s.query(query)).rows;
});
scene('types.enum-composite', (s) => rows(s, 'select id, m, p, n from moods order by id'));
scene('parameters.text', (s) =>
  rows(
    s,
    'select $1::int4 a, $2::int8 b, $3::numeric c, $4::bool d, $5::text e, $6::bytea f, $7::timestamptz g, $8::jsonb h, $9::int4[] i, $10::text[] j, $11::text k',
    [
      5,
      '9007199254740993',
      '1e-20',
      true,
      'é漢🙂\'"\\',
      Buffer.from([0, 255]),
      new Date(0),
      { a: [1, null] },
      [1, null, 3],
      ['a,b', null],
      null,
    ],
  ),
);
scene('large.result', async (s) => (await rows(s, "select repeat('x', 3000000) as x"))[0].x.length);
scene(
  'large.many-rows',
  async (s) => (await rows(s, "select i, 'row ' || i as r from generate_series(1, 50000) i")).length,
);
scene('large.parameter', (s) =>
  rows(s, 'select length($1::text) as l, md5($2::bytea) as m', ['x'.repeat(3e6), Buffer.alloc(1e6, 121)]),
);
scene('prepared.named', async (s) => {
  const answers = [];
  for (let n = 0; n < 6; n += 1)
    answers.push(
      (await s.query({ name: 'by-id', text: 'select label from items where id = $1', values: [n % 3] })).rows,
    );
  return answers;
});
scene('prepared.name-taken', async (s) => {
  await s.query({ name: 'same', text: 'select 1 as a' });
  return attempt(s.query({ name: 'same', text: 'select 2 as a' }));
});
scene('cursor.portal-rows', async (s) => {
  const query = { text: 'select id from big order by id', values: [], rows: 700 } as pg.QueryConfig;
  return (await s.query(query)).rows.length;
});
scene('transaction.commit-and-rollback', async (s) => {
  await s.query('begin');
  await s.query("insert into items values (71, 'seventy-one', 1, null)");
  await s.query('savepoint a');
  const failure = await attempt(s.query("insert into items values (71, 'again', 1, null)"));
  const skipped = await attempt(s.query('select 1'));
  await s.query('rollback to savepoint a');
  const kept = await rows(s, 'select count(*) from items where id = 71');
  await s.query('rollback');
  return [failure, skipped, kept, await rows(s, 'select count(*) from items where id = 71')];
});
for (const [name, text] of Object.entries({
  unique: "insert into items values (1, 'dup', 1, null)",
  syntax: 'selekt 1',
  division: 'select 1 / 0',
  'undefined-table': 'select * from nowhere',
  'undefined-column': 'select nothing from items',
  'foreign-key': 'insert into orders (person_id) values (77)',
  'not-null': 'insert into people (id) values (99)',
})) {
  scene(`error.${name}`, (s) => s.query(text));
  scene(`error.${name}-extended`, (s) => s.query({ text, values: [], name: `failing-${name}` }));
}
scene('error.in-the-queue', (s) =>
  Promise.all([
    attempt(rows(s, 'select 1 as a')),
    attempt(rows(s, 'select 1 / $1::int', [0])),
    attempt(rows(s, 'select 3 as a')),
  ]),
);
scene('error.diagnostics', async (s) => {
  try {
    await s.query('insert into orders (person_id) values (77)');
    return 'inserted';
  } catch (error) {
    const { severity, code, detail, schema, table, constraint, routine } = error as pg.DatabaseError;
    return [severity, code, detail, schema, table, constraint, routine];
  }
});
scene('error.position', async (s) => {
  try {
    await s.query('select 1, nothing');
    return 'selected';
  } catch (error) {
    return [(error as pg.DatabaseError).position, (error as pg.DatabaseError).code];
  }
});
scene('notice', async (s) => {
  const heard: unknown[] = [];
  s.client.on('notice', (notice) => heard.push([notice.name, notice.message]));
  return [await rows(s, "select shout('hello') as s"), heard];
});
scene('listen', async (s) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  s.client.on('notification', ({ channel, payload }) => resolve([channel, payload]));
  await s.query('listen conformance');
  await s.query("notify conformance, 'hello'");
  return promise;
});
scene('timeout.statement', (s) => s.query('select count(*) from big a, big b, big c where c.id <= 12'), {
  statement_timeout: 300,
});
scene('settings.show-and-set', async (s) => {
  await s.query("set timezone to 'Europe/Zurich'");
  return [await rows(s, 'show timezone'), await rows(s, "select '2024-07-01 12:00+00'::timestamptz::text as t")];
});
scene('session.pool', async () => {
  const pool = new pg.Pool({ ...base, max: 4 });
  pool.on('error', () => undefined);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query('select $1::int as n', [n])));
  await pool.end();
  return answers.map(({ rows: [row] }) => row.n);
});
scene('people.read', (s) => rows(s, 'select id, name, ssn, born from people where id <= 3 order by id'));
scene('people.read-extended', (s) => rows(s, 'select id, name, ssn, born from people where id <= $1 order by id', [3]));
scene('people.star', (s) => rows(s, 'select * from people where id = 2'));
scene('people.prepared', async (s) => {
  const read = (n: number) => s.query({ name: 'ssn', text: 'select ssn from people where id = $1', values: [n] });
  return [(await read(1)).rows, (await read(2)).rows];
});
scene('people.join', (s) =>
  rows(s, 'select p.ssn, o.total from people p join orders o on o.person_id = p.id where o.id <= 3 order by o.id'),
);
scene('people.filter', (s) => rows(s, "select id from people where ssn = '900-12-0001'"));
scene('people.filter-extended', (s) => rows(s, 'select id from people where ssn = $1', ['900-12-0001']));
scene('people.expression', (s) => rows(s, 'select upper(ssn) as u from people'));
scene('people.several-statements', async (s) =>
  attempt(s.query("select 1; select id from people where ssn = 'x'; select 2").then(() => 'all ran')),
);

await playScenes(scenes);
