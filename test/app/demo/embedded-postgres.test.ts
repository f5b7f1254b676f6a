import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../../src/app/demo/embedded-postgres.ts';
import { openFolder } from '../../support/open-folder.ts';

let folder: string;
before(() => {
  folder = openFolder();
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('a server keeps its data and its password over a restart', async () => {
  const dataDir = join(folder, 'restart');
  const first = await startPostgres({ dataDir, port: 0, database: 'clinic', settings: { work_mem: '5MB' } });
  await query(first, 'create table kept (id int)');
  await query(first, 'insert into kept values (7)');
  assert.deepEqual(await query(first, 'show work_mem'), [{ work_mem: '5MB' }]);
  await first.stop();
  await first.stop();
  await assert.rejects(query(first, 'select 1'), { code: 'ECONNREFUSED' });

  const second = await startPostgres({ dataDir, port: 0, database: 'clinic', password: 'not used any more' });
  assert.equal(second.password, first.password);
  assert.deepEqual(await query(second, 'select id from kept'), [{ id: 7 }]);
  await second.stop();
  assert.equal(existsSync(join(dataDir, 'postmaster.pid')), false);
});

test('passwords are asked for, by SCRAM, on loopback only, and the folder is closed to others', async () => {
  const dataDir = join(folder, 'closed');
  const server = await startPostgres({ dataDir, port: 0, database: 'clinic', password: 'chosen by the caller' });
  try {
    assert.equal(server.password, 'chosen by the caller');
    await assert.rejects(query({ ...server, password: 'wrong' }, 'select 1'), { code: '28P01' });
    assert.deepEqual(
      await query(server, "select left(rolpassword, 13) as kind from pg_authid where rolname = 'postgres'"),
      [{ kind: 'SCRAM-SHA-256' }],
    );
    assert.deepEqual(await query(server, 'show listen_addresses'), [{ listen_addresses: '127.0.0.1' }]);
    assert.deepEqual(await query(server, 'show unix_socket_directories'), [{ unix_socket_directories: '' }]);
    assert.equal(statSync(dataDir).mode & 0o077, 0);
    assert.equal(statSync(server.logFile).mode & 0o077, 0);
  } finally {
    await server.stop();
  }
});

test('a fixed port that is taken is a fault, whatever the password, and not a second server', async (t) => {
  const first = await startPostgres({ dataDir: join(folder, 'taken-a'), port: 0 });
  t.after(() => first.stop());
  for (const [dir, password] of [
    ['taken-b', 'another'],
    ['taken-c', first.password],
  ] as const) {
    await assert.rejects(
      startPostgres({ dataDir: join(folder, dir), port: first.port, password }),
      /^Error: PostgreSQL did not start: .*could not bind/,
    );
  }
});

test('the server goes when the process that started it is killed hard', async () => {
  const dataDir = join(folder, 'orphan');
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: 0 });
    console.log(server.port);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface(owner.stdout), 'line');
  assert.match(String(port), /^\d+$/);
  owner.kill('SIGKILL');
  await once(owner, 'exit');

  // Starting again on the same folder waits for the orphan to let go of it.
  const next = await startPostgres({ dataDir, port: 0, database: 'clinic' });
  assert.deepEqual(await query(next, 'select 1 as one'), [{ one: 1 }]);
  await next.stop();
});

test('as root, a folder that the server cannot reach is refused by name', async () => {
  if (process.getuid?.() !== 0) return;
  const hidden = mkdtempSync(join(tmpdir(), 'sluice-hidden-'));
  await assert.rejects(startPostgres({ dataDir: join(hidden, 'data'), port: 0 }), (error: Error) =>
    error.message.includes(`cannot pass through ${hidden}`),
  );
  rmSync(hidden, { recursive: true });
});

async function query(server: EmbeddedPostgres, text: string): Promise<readonly unknown[]> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'clinic' });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const module = fileURLToPath(new URL('../../../src/app/demo/embedded-postgres.ts', import.meta.url));
