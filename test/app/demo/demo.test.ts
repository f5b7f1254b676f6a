import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { clinicTables } from '../../../src/app/demo/clinic-schema.ts';
import { type PreparedDemo, prepareDemo } from '../../../src/app/demo/demo.ts';
import { demoPlaces } from '../../../src/app/demo/demo-places.ts';
import { requestToken } from '../../../src/app/demo/request-token.ts';
import { openFolder } from '../../support/open-folder.ts';

const ports = { pg: 0, pgScram: 0, records: 0, api: 0, issuer: 0, target: 0 };
const said: string[] = [];
const say = (line: string) => said.push(line);
let root: string;
let folder: string;
let demo: PreparedDemo;
before(async () => {
  root = openFolder();
  folder = join(root, 'demo');
  demo = await prepareDemo({ folder, fresh: false, ports, say });
});
after(async () => {
  await demo.stop();
  rmSync(root, { recursive: true });
});

test('the configuration it writes loads, with the names of the documentation', () => {
  const loaded = loadConfiguration(readFileSync(demo.configFile, 'utf8'), demo.configFile);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { name, tenant, identity, connections, ledger, policies } = loaded.value;
  assert.deepEqual([name, tenant, ledger.durability], ['demo', 'demo-clinic', 'os']);
  assert.deepEqual(
    identity.issuers.map(({ id, profile }) => [id, profile]),
    [
      ['demo', 'generic'],
      ['people', 'people'],
    ],
  );
  assert.deepEqual(identity.roles, { approver: ['compliance'], auditor: ['audit'], admin: ['platform'] });
  assert.deepEqual(
    connections.map((connection) => connection.name),
    ['clinic', 'records'],
  );
  assert.ok(existsSync(policies));
});

test('what is protected exists, and of the identifiers of a patient only the ZIP code is not', async () => {
  const loaded = loadConfiguration(readFileSync(demo.configFile, 'utf8'), demo.configFile);
  assert.ok(loaded.ok);
  const [clinic] = loaded.value.connections;
  assert.ok(clinic?.protocol === 'postgres');
  const patterns = clinic.protect.map(({ pattern }) => pattern);
  const columns = await asRole('sluice_agent', (client) =>
    client.query(
      "select table_schema || '.' || table_name || '.' || column_name as path from information_schema.columns where table_schema = 'public'",
    ),
  );
  const known = new Set(columns.rows.map(({ path }) => path));
  assert.deepEqual(
    patterns.filter((pattern) => !known.has(pattern)),
    [],
  );
  const open = [...known].filter((path) => path.startsWith('public.patients.') && !patterns.includes(path));
  assert.deepEqual(open.map((path) => path.split('.')[2]).sort(), ['id', 'status', 'updated_at', 'zip']);
});

test('the roles may do what they are for and no more', async () => {
  await asRole('sluice_agent', async (client) => {
    assert.equal((await client.query('select id from patients limit 3')).rowCount, 3);
    await assert.rejects(client.query("update patients set status = 'active' where id = 1"), { code: '42501' });
    await assert.rejects(client.query('create table mine (id int)'), { code: '42501' });
  });
  await asRole('sluice_etl', async (client) => {
    await client.query('begin');
    const made = await client.query(
      "insert into patients (mrn, ssn, full_name, birth_date) values ('MRN-new', '900-01-0001', 'New Person', '2000-01-01') returning id",
    );
    assert.ok(made.rows[0].id > 6000);
    await client.query('rollback');
    await assert.rejects(client.query('create table mine (id int)'), { code: '42501' });
    await assert.rejects(client.query('truncate messages'), { code: '42501' });
    const role = await client.query(
      'select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user',
    );
    assert.deepEqual(role.rows, [{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
  });
});

test('every table is filled, and says that it is synthetic', async () => {
  await asRole('sluice_agent', async (client) => {
    for (const table of clinicTables) {
      const { rows } = await client.query(
        `select count(*)::int as count, obj_description('public.${table}'::regclass) as comment from ${table}`,
      );
      assert.ok(rows[0].count >= (table === 'providers' ? 50 : 5000), `${table}: ${rows[0].count}`);
      assert.match(rows[0].comment, /^Synthetic .* Nobody in it exists\.$/);
    }
  });
});

test('constraints hold: a repeated MRN, an orphan, a number that could be real', async () => {
  await asRole('sluice_etl', async (client) => {
    const patient = (mrn: string, ssn: string) =>
      client.query('insert into patients (mrn, ssn, full_name, birth_date) values ($1, $2, $3, $4)', [
        mrn,
        ssn,
        'X Y',
        '2000-01-01',
      ]);
    const { rows } = await client.query('select mrn from patients where id = 1');
    await assert.rejects(patient(rows[0].mrn, '900-01-0001'), { code: '23505' });
    await assert.rejects(patient('MRN-other', '123-45-6789'), { code: '23514' });
    await assert.rejects(
      client.query(
        "insert into messages (patient_id, provider_id, sender, recipient, subject, body, sent_at) values (-1, 1, '', '', '', '', now())",
      ),
      { code: '23503' },
    );
  });
});

test('before the first start the places are those of the documentation', () => {
  const { apiUrl, issuerUrl, dataDir } = demoPlaces(join(root, 'never'));
  assert.deepEqual([apiUrl, issuerUrl], ['http://127.0.0.1:8400', 'http://127.0.0.1:8401']);
  assert.equal(dataDir, join(root, 'never', 'data'));
});

test('tokens are had with what lies in the folder', async () => {
  assert.deepEqual(demoPlaces(folder), demo.places);
  assert.equal((await requestToken('nightly-etl', demoPlaces(folder))).ok, true);
  for (const file of [
    'issuer-secret',
    'issuer-key.json',
    'sluice-etl.password',
    'sluice-agent.password',
    'sluice.yaml',
  ]) {
    assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file);
  }
});

test('a second start keeps the data and is quick; a fresh one forgets; stopping leaves nothing', async () => {
  await asRole('sluice_etl', (client) => client.query("update patients set zip = '00000' where id = 1"));
  await demo.stop();
  const started = performance.now();
  demo = await prepareDemo({ folder, fresh: false, ports, say });
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds < 5, `${seconds} s`);
  assert.equal(await zipOfFirst(), '00000');

  await demo.stop();
  assert.equal(existsSync(join(folder, 'postgres', 'postmaster.pid')), false);
  assert.equal(existsSync(join(folder, 'issuer-secret')), false);
  writeFileSync(join(folder, 'left-over'), '');
  demo = await prepareDemo({ folder, fresh: true, ports, say });
  assert.notEqual(await zipOfFirst(), '00000');
  assert.equal(existsSync(join(folder, 'left-over')), false);
  assert.deepEqual(
    said,
    Array.from({ length: 2 }, () => 'making a PostgreSQL with a synthetic clinic (once)'),
  );
});

test('a port that is taken is named, and nothing is wiped', async (t) => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  t.after(() => squatter.close());
  const address = squatter.address();
  assert.ok(address !== null && typeof address === 'object');
  await assert.rejects(
    prepareDemo({ folder, fresh: true, ports: { ...ports, api: address.port }, say }),
    (error: Error) => error.message.startsWith(`port ${address.port} of 127.0.0.1 is in use`),
  );
  assert.equal(existsSync(demo.configFile), true);
});

async function zipOfFirst(): Promise<string> {
  const { rows } = await asRole('sluice_agent', (client) => client.query('select zip from patients where id = 1'));
  return rows[0].zip;
}

async function asRole<T>(role: 'sluice_agent' | 'sluice_etl', use: (client: pg.Client) => Promise<T>): Promise<T> {
  const password = readFileSync(join(folder, `${role.replace('_', '-')}.password`), 'utf8');
  const { host, port } = demo.target;
  const client = new pg.Client({ host, port, user: role, password, database: 'clinic' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
