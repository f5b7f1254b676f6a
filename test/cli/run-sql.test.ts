import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createSecureContext, TLSSocket } from 'node:tls';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Endpoint, type Notice, runSql } from '../../src/cli/run-sql.ts';
import { type AutoCertificate, ensureAuthority } from '../../src/net/authority.ts';
import { openFolder } from '../support/open-folder.ts';

const token = 'a-token-for-a-password';

describe('SQL as a client runs it', () => {
  const folder = openFolder();
  const notices: Notice[] = [];
  let database: EmbeddedPostgres;
  let plain: Endpoint;
  const run = (endpoint: Endpoint, sql: string, password = token): ReturnType<typeof runSql> =>
    runSql(endpoint, password, sql, (notice) => notices.push(notice));

  before(async () => {
    database = await startPostgres({ dataDir: `${folder}/data`, port: 0, database: 'clinic' });
    const { host, port, user, password } = database;
    const client = new pg.Client({ host, port, user, password, database: 'clinic' });
    await client.connect();
    await client.query(`create role sluice login password '${token}'`);
    await client.end();
    plain = { host, port, database: 'clinic', tls: null };
  });
  after(async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every statement has its result, values as the server wrote them', async () => {
    const sql = `begin; select 1.50::numeric as n, null as nothing, true as b; select 1 as a, 2 as a where false; rollback`;
    assert.deepEqual(await run(plain, sql), {
      ok: true,
      value: [
        { command: 'BEGIN', rowCount: null, columns: [], rows: [] },
        { command: 'SELECT', rowCount: 1, columns: ['n', 'nothing', 'b'], rows: [['1.50', null, 't']] },
        { command: 'SELECT', rowCount: 0, columns: ['a', 'a'], rows: [] },
        { command: 'ROLLBACK', rowCount: null, columns: [], rows: [] },
      ],
    });
  });

  test('who logs in is the token, whatever the user is called', async () => {
    assert.deepEqual(await run(plain, 'select current_user as u'), {
      ok: true,
      value: [{ command: 'SELECT', rowCount: 1, columns: ['u'], rows: [['sluice']] }],
    });
    const refused = await run(plain, 'select 1', 'another-token');
    assert.equal(refused.ok, false);
    assert.ok(!JSON.stringify(refused).includes('another-token'));
    assert.match(JSON.stringify(refused), /"from":"FATAL 28P01"/);
  });

  test('an error keeps its code, message, detail and hint', async () => {
    const sql = `do $$ begin raise exception 'no' using errcode = '42501', detail = 'stm_1', hint = 'ask dana'; end $$`;
    assert.deepEqual(await run(plain, sql), {
      ok: false,
      error: { from: 'ERROR 42501', message: 'no', detail: 'stm_1', hint: 'ask dana', exit: 1 },
    });
  });

  test('notices are told apart from data', async () => {
    await run(plain, `do $$ begin raise notice 'for people' using detail = 'd', hint = 'h'; end $$`);
    assert.deepEqual(notices, [{ message: 'for people', detail: 'd', hint: 'h' }]);
  });

  test('nobody there is a sentence', async () => {
    const outcome = await run({ ...plain, port: 1 }, 'select 1');
    assert.match(outcome.ok ? '' : outcome.error.message, /^the session with 127\.0\.0\.1:1 failed: .*ECONNREFUSED/);
  });

  describe('over TLS', () => {
    let front: Server;
    let trusted: AutoCertificate;
    let port: number;
    before(async () => {
      trusted = await ensureAuthority(`${folder}/trusted`, [], systemClock);
      ({ front, port } = await tlsFront(trusted, database.port));
    });
    after(() => front.close());

    test('the authority that the gateway names is trusted', async () => {
      const outcome = await run({ ...plain, port, tls: { authority: trusted.authority } }, 'select 1 as one');
      assert.deepEqual(outcome.ok && outcome.value[0]?.rows, [['1']]);
    });

    for (const [name, authority] of [
      ['another authority', async () => (await ensureAuthority(`${folder}/other`, [], systemClock)).authority],
      ['no authority', async () => null],
    ] as const) {
      test(`${name}: the token is not sent`, async () => {
        const outcome = await run({ ...plain, port, tls: { authority: await authority() } }, 'select 1');
        assert.match(outcome.ok ? '' : outcome.error.message, /certificate/);
      });
    }

    test('a server without TLS gets no token', async () => {
      const outcome = await run({ ...plain, tls: { authority: trusted.authority } }, 'select 1');
      assert.match(outcome.ok ? '' : outcome.error.message, /does not support SSL/);
    });
  });
});

/** Takes the SSLRequest, speaks TLS, and passes what is inside on to the database. */
async function tlsFront(
  { key, cert }: AutoCertificate,
  target: number,
): Promise<{ readonly front: Server; readonly port: number }> {
  const front = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write('S');
      const inner = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ key, cert }) });
      inner.on('error', () => socket.destroy());
      const onward = connect(target, '127.0.0.1');
      onward.on('error', () => inner.destroy());
      inner.pipe(onward).pipe(inner);
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  front.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return { front, port: address.port };
}
