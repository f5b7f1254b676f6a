import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { availablePostgres, type PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import { ok } from '../../src/base/result.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import { loadCatalogue } from '../../src/targets/postgres-catalogue.ts';
import { clientCertificate } from '../support/certificates.ts';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, databasePassword, startClinicGateway } from '../support/clinic-gateway.ts';
import { openTarget, sendAlone } from '../support/opened-target.ts';
import { fieldsOf, int32 } from '../support/pg-bytes.ts';
import { prepareUpstream, rolePassword, type UpstreamServer } from '../support/upstream-server.ts';

const majors = availablePostgres();

test('the newest PostgreSQL can be run on this machine, and on Linux the four that are kept alive', () => {
  assert.deepEqual(majors, process.platform === 'linux' ? [15, 16, 17, 18] : [18]);
});

for (const major of majors) describe(`PostgreSQL ${major}`, () => matrix(major));

function matrix(major: PostgresMajor): void {
  let clinic: ClinicGateway;
  let upstream: UpstreamServer;
  let client: pg.Client;
  before(async () => {
    clinic = await startClinicGateway({ major });
    upstream = await prepareUpstream(clinic);
    client = await clinic.connect();
  });
  after(async () => {
    await client.end();
    await clinic.stop();
  });
  const superuser = () => ({ user: clinic.database.user, password: databasePassword });

  test('the catalogue loads', async () => {
    const loaded = await loadCatalogue({
      connection: 'clinic' as ConnectionName,
      target: { host: '127.0.0.1', port: clinic.database.port, database: 'clinic', tls: 'off', ca: null },
      credential: superuser(),
      before: async () => ok(null),
      timeoutMs: 10_000,
    });
    assert.ok(loaded.ok, JSON.stringify(loaded));
    assert.equal(Math.floor(loaded.value.serverVersion / 10_000), major);
    const patients = loaded.value.relations.find(({ schema, name }) => schema === 'public' && name === 'patients');
    assert.equal(patients?.columns.length, 10);
    assert.ok(loaded.value.routines.some(({ name }) => name === 'lookup'));
  });

  test('what is protected is masked in text and in binary, prepared and not', async () => {
    const text = 'select id, ssn, full_name, status from patients where id = $1';
    const masked = { id: 1, ssn: '***', full_name: '***', status: 'active' };
    assert.deepEqual((await client.query(text.replace('$1', '1'))).rows, [masked]);
    for (const binary of [false, true]) {
      const query = { text, values: [1], binary } as pg.QueryConfig;
      assert.deepEqual((await client.query(query)).rows, [masked]);
      for (const _ of [1, 2]) {
        assert.deepEqual((await client.query({ ...query, name: `named-${binary}` })).rows, [masked]);
      }
    }
  });

  test('a denied statement leaves the session as the server would, also in a transaction', async () => {
    const bulk = { code: '42501', message: /denied by policy "no-bulk-phi-read"/ };
    await assert.rejects(client.query('select ssn from patients'), bulk);
    await assert.rejects(client.query({ name: 'bulk', text: 'select ssn from patients', values: [] }), bulk);
    await client.query('begin');
    await assert.rejects(client.query('select ssn from patients'), bulk);
    await assert.rejects(client.query('select id from providers'), { code: '25P02' });
    await client.query('rollback');
    assert.equal((await client.query('select count(*)::int as n from providers')).rows[0].n, 2);
  });

  test('an error of the target quotes nothing', async () => {
    const text = `insert into patients (id, mrn, ssn, full_name) values (900, $1, '1', 'Synthetic')`;
    await assert.rejects(client.query(text, [canaries.mrn]), (error: pg.DatabaseError) => {
      assert.equal(error.code, '23505');
      assert.ok(!JSON.stringify(Object.entries(error)).includes(canaries.mrn));
      assert.equal(error.detail, undefined);
      return true;
    });
  });

  test('a client cancels its own statement through Sluice', async () => {
    const holder = await clinic.direct();
    await holder.query('begin; lock table providers in access exclusive mode');
    const count = 'select count(*)::int as n from providers';
    const cancelled = assert.rejects(client.query(count), { code: '57014' });
    while ((await holder.query("select 1 from pg_stat_activity where wait_event_type = 'Lock'")).rowCount === 0);
    await sendAlone(clinic.port, cancelOf(client));
    await cancelled;
    await holder.end();
    assert.equal((await client.query(count)).rows[0].n, 2);
  });

  for (const role of ['by_md5', 'by_scram']) {
    test(`${role} logs in`, async () => {
      const target = await openTarget(clinic.database.port, { user: role, password: rolePassword });
      const [, row] = await target.query('select current_user');
      assert.equal(row?.body.subarray(6).toString(), role);
      target.close();
      await assert.rejects(openTarget(clinic.database.port, { user: role, password: 'password' }), /target_refused/);
    });
  }

  test('logins over TLS: MD5, SCRAM bound to the link, a client certificate', async () => {
    process.env['TEST_ROLE_PASSWORD'] = rolePassword;
    const { cert, key } = await clientCertificate(upstream.authority, 'ECDSA with SHA-256', 'by_certificate');
    const shown = `certificate: { file: "${upstream.file('c.pem', cert)}" }, key: { file: "${upstream.file('c.key', key)}" }`;
    for (const [role, shows] of [
      ['by_md5', 'password: { env: TEST_ROLE_PASSWORD }'],
      ['by_scram', 'password: { env: TEST_ROLE_PASSWORD }'],
      ['by_certificate', shown],
    ] as const) {
      await upstream.use([`{ user: ${role}, ${shows} }`]);
      const session = await clinic.connect();
      assert.deepEqual((await session.query('select current_user as role')).rows, [{ role }]);
      await session.end();
    }
  });

  test('the version is negotiated as the server speaks, and its key cancels', async () => {
    const target = await openTarget(clinic.database.port, superuser());
    assert.equal(target.first, major < 18 ? 'v' : 'R');
    assert.equal(target.opening.cancelRequest.length, major < 18 ? 16 : 44);
    const [, row] = await target.query('select pg_backend_pid()');
    assert.equal(row?.body.subarray(6).toString(), String(target.opening.backendPid));
    const sleeping = target.query('select pg_sleep(30)');
    const watcher = await clinic.direct();
    const started = `select 1 from pg_stat_activity where pid = ${target.opening.backendPid} and wait_event = 'PgSleep'`;
    while ((await watcher.query(started)).rowCount === 0);
    await watcher.end();
    await sendAlone(clinic.database.port, target.opening.cancelRequest);
    const error = (await sleeping).find(({ type }) => type === 'E');
    assert.equal(fieldsOf(error?.body ?? Buffer.alloc(0))['C'], '57014');
    target.close();
  });
}

/** What the driver was given to cancel with, as a packet. */
function cancelOf(client: pg.Client): Buffer {
  const { processID, secretKey } = client as unknown as { readonly processID: number; readonly secretKey: number };
  return Buffer.concat([16, 80_877_102, processID, secretKey].map(int32));
}
