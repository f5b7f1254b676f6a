import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { type Actor, attempt, playScenes, type Scene } from '../node-stage.ts';

const env = (name: string) => process.env[`DOOR_${name}`] ?? '';
const ca = readFileSync(env('AUTHORITY'), 'utf8');
type Options = postgres.Options<Record<string, postgres.PostgresType>>;

interface Session extends Actor {
  readonly sql: postgres.Sql;
  readonly notices: postgres.Notice[];
}

async function open(options: Options = {}): Promise<Session> {
  const notices: postgres.Notice[] = [];
  const sql = postgres({
    host: '127.0.0.1',
    port: Number(env('PORT')),
    database: env('DATABASE'),
    user: env('USER'),
    password: env('PASSWORD'),
    ssl: { ca },
    max: 1,
    connect_timeout: 8,
    onnotice: (notice) => notices.push(notice),
    ...options,
  });
  await sql`select 1`;
  return {
    sql,
    notices,
    alive: async () => (await sql`select 1 as one`)[0]?.['one'] === 1,
    close: () => sql.end({ timeout: 2 }),
  };
}

const scenes: Scene<Session>[] = [];
function scene(scenario: string, play: (session: Session) => Promise<unknown>, options?: Options): void {
  scenes.push({ scenario, open: () => open(options), play });
}

scene('connect.tls-verified', ({ sql }) => sql`select 1 as one`);
scene('connect.tls-unverified', ({ sql }) => sql`select 1 as one`, { ssl: 'require' });
scene('connect.plain', ({ sql }) => sql`select 1 as one`, { ssl: false });
scene('connect.parameters', ({ sql }) => sql`show statement_timeout`, { connection: { statement_timeout: 12345 } });
scene('connect.types-fetched', ({ sql }) => sql`select array['calm', 'glad']::mood[] as moods`, { fetch_types: true });
scene('query.template', ({ sql }) => sql`select id, label from items where id = any(${[1, 2]}) order by id`);
scene('query.unprepared', ({ sql }) => sql`select ${5}::int + 1 as six`, { prepare: false });
scene('query.simple', ({ sql }) => sql.unsafe('select 1 as a; select 2 as b').simple());
scene('query.described', async ({ sql }) => {
  const { columns, types } = await sql`select id, label, amount from items where id = ${1}`.describe();
  return [columns.map(({ name, type }) => [name, type]), types];
});
scene('query.pipelined', ({ sql }) => Promise.all(Array.from({ length: 60 }, (_, n) => sql`select ${n}::int as n`)));
scene('query.helpers', async ({ sql }) => {
  await sql`insert into items ${sql(
    [
      { id: 80, label: 'eighty' },
      { id: 81, label: 'eighty-one' },
    ],
    'id',
    'label',
  )}`;
  await sql`update items set ${sql({ amount: 3 }, 'amount')} where id = 80`;
  return [
    await sql`select ${sql(['id', 'amount'])} from ${sql('items')} where id >= 80 order by id`,
    (await sql`delete from items where id >= 80`).count,
  ];
});
scene('types.text', ({ sql }) => sql`select * from typed order by id`);
scene('types.enum-composite', ({ sql }) => sql`select id, m, p, n from moods order by id`);
scene(
  'parameters',
  ({ sql }) =>
    sql`select ${5}::int4 a, ${'9007199254740993'}::int8 b, ${'1e-20'}::numeric c, ${true}::bool d, ${'é漢🙂\'"\\'}::text e, ${Buffer.from([0, 255])}::bytea f, ${new Date(0)}::timestamptz g, ${sql.json({ a: [1, null] })} h, ${[1, 3]}::int4[] i, ${null}::text k`,
);
scene('large.result', async ({ sql }) => (await sql`select repeat('x', 3000000) as x`)[0]?.['x'].length);
scene('large.many-rows', async ({ sql }) => (await sql`select i from generate_series(1, 50000) i`).length);
scene('cursor', async ({ sql }) => {
  let [parts, total] = [0, 0];
  await sql`select id from big order by id`.cursor(700, (part) => {
    parts += 1;
    total += part.length;
  });
  return [parts, total];
});
scene('cursor.stopped', async ({ sql }) => {
  let seen = 0;
  for await (const part of sql`select id from big order by id`.cursor(10)) {
    seen += part.length;
    if (seen >= 30) break;
  }
  return [seen, await sql`select 1 as a`];
});
scene('cursor.each-row', async ({ sql }) => {
  let sum = 0;
  await sql`select id from big`.forEach((row) => {
    sum += row['id'];
  });
  return sum;
});
scene('transaction', async ({ sql }) => {
  const failure = await attempt(
    sql.begin(async (inner) => {
      await inner`insert into items values (82, 'eighty-two', 1, null)`;
      await inner.savepoint((deeper) => deeper`insert into items values (82, 'again', 1, null)`).catch(() => undefined);
      await inner`select 1 / 0`;
    }),
  );
  return [failure, await sql`select count(*)::int as c from items where id = 82`];
});
scene('transaction.read-only', ({ sql }) =>
  attempt(sql.begin('isolation level serializable read only', (inner) => inner`delete from items`)),
);
for (const [name, text] of Object.entries({
  unique: "insert into items values (1, 'dup', 1, null)",
  syntax: 'selekt 1',
  division: 'select 1 / 0',
  'undefined-table': 'select * from nowhere',
  'foreign-key': 'insert into orders (person_id) values (77)',
})) {
  scene(`error.${name}`, ({ sql }) => sql.unsafe(text));
  scene(`error.${name}-extended`, ({ sql }) => sql.unsafe(text, [], { prepare: true }));
}
scene('error.in-a-pipeline', ({ sql }) =>
  Promise.all([
    attempt(sql`select ${1}::int as a`),
    attempt(sql`select 1 / ${0}::int as a`),
    attempt(sql`select ${3}::int as a`),
  ]),
);
scene('notice', async ({ sql, notices }) => [
  await sql`select shout('hello') as s`,
  notices.map(({ severity, message }) => [severity, message]),
]);
scene('listen', async ({ sql }) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  await sql.listen('conformance', (payload) => resolve(payload));
  await sql.notify('conformance', 'hello');
  return promise;
});
scene('cancel', async ({ sql }) => {
  const begun = performance.now();
  const query = sql`select count(*) from big a, big b, big c where c.id <= 12`;
  setTimeout(() => query.cancel(), 300);
  return [await attempt(query), performance.now() - begun < 4000];
});
scene('copy.out', async ({ sql }) => {
  const parts: Buffer[] = [];
  for await (const part of await sql`copy items (id, label) to stdout`.readable()) parts.push(part);
  return Buffer.concat(parts).toString();
});
scene('copy.in', async ({ sql }) => {
  const sink = await sql`copy items (id, label) from stdin`.writable();
  await new Promise<void>((resolve, reject) => {
    sink.once('error', reject);
    sink.once('finish', resolve);
    sink.end('200\ta\n201\tb\n');
  });
  return (await sql`delete from items where id >= 200`).count;
});
scene('session.reserved', async ({ sql }) => {
  const own = await sql.reserve();
  const answer = await own`select 7 as seven`;
  own.release();
  return answer;
});
scene('people.read', ({ sql }) => sql`select id, name, ssn, born from people where id <= ${3} order by id`);
scene('people.read-simple', ({ sql }) =>
  sql.unsafe('select id, name, ssn from people where id <= 3 order by id').simple(),
);
scene('people.star', ({ sql }) => sql`select * from people where id = 2`);
scene('people.prepared', async ({ sql }) => {
  const answers = [];
  for (const n of [1, 2, 1]) answers.push(await sql`select ssn from people where id = ${n}`);
  return answers;
});
scene('people.cursor-read', async ({ sql }) => {
  const read: unknown[] = [];
  await sql`select ssn from people order by id`.cursor(5, (part) => {
    read.push(...part);
  });
  return read;
});
scene('people.filter', ({ sql }) => sql`select id from people where ssn = ${'900-12-0001'}`);
scene('people.expression', ({ sql }) => sql`select upper(ssn) as u from people`);
scene('people.pipeline-refused', ({ sql }) =>
  Promise.all([
    attempt(sql`select ${1}::int as a`),
    attempt(sql`select id from people where ssn = ${'x'}`),
    attempt(sql`select ${3}::int as a`),
  ]),
);

await playScenes(scenes);
