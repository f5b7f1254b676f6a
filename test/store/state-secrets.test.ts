import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { giveToServer } from '../../src/app/demo/server-user.ts';
import { deriveSealKey, seal, unseal } from '../../src/approvals/sealed-statement.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newApprovalId } from '../../src/core/ids.ts';
import { openState } from '../../src/store/open-state.ts';
import { selfSigned } from '../support/certificates.ts';
import { canaries } from '../support/clinic.ts';
import { sampleRequest } from './sample-approvals.ts';
import { sampleTicket } from './sample-ticket.ts';
import { asOperator, freshPostgres, restartPostgres, serverFolder, stateKinds } from './state-servers.ts';

for (const { name, fresh } of stateKinds) {
  test(`${name}: a statement is kept sealed, and nothing else of it`, async (context) => {
    const server = await fresh(context);
    const { approvals, tickets, close } = await server.open();
    const key = deriveSealKey(randomBytes(32), 'general-hospital');
    const id = newApprovalId(systemClock);
    const text = Buffer.from(`update patients set notes = '${canaries.notes}' where ssn = '${canaries.ssn}'`);
    await approvals.file(sampleRequest({ id, sealed: seal(key, id, { text, parameters: null }) }));
    await tickets.add(await sampleTicket(systemClock));
    const kept = await approvals.find(id);
    assert.ok(kept?.sealed);
    assert.deepEqual(unseal(key, id, kept.sealed)?.text, text);
    await close();
    const everything = await dump(server.options);
    assert.ok(everything.includes(id));
    for (const canary of [canaries.ssn, canaries.notes]) {
      for (const spelling of [
        canary,
        Buffer.from(canary).toString('base64').slice(0, -2),
        Buffer.from(canary).toString('hex'),
      ])
        assert.ok(!everything.includes(spelling));
    }
  });
}

test('TLS is as the URL says: a server of another authority is refused', async (context) => {
  const { url, options } = await freshPostgres(context);
  const [server, other] = [await selfSigned('ECDSA with SHA-256'), await selfSigned('ECDSA with SHA-256')];
  const folder = await serverFolder();
  const file = (name: string, pem: string) => {
    const path = join(folder, name);
    writeFileSync(path, pem, { mode: 0o600 });
    return path;
  };
  const [authority, stranger] = [file('authority.pem', server.cert), file('stranger.pem', other.cert)];
  const files = { ssl_key_file: file('server.key', server.key), ssl_cert_file: file('server.pem', server.cert) };
  for (const path of Object.values(files)) giveToServer(path);
  await restartPostgres(async () => undefined, { ssl: 'on', ...files });
  const opens = async (search: string): Promise<string> => {
    const state = await openState({ ...options, url: `${url}?${search}` });
    if (!state.ok) return state.error;
    const rows = await asOperator(url, (client) =>
      client.query(`select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'a'`),
    );
    await state.value.close();
    assert.ok(rows.rows.length > 0);
    return `${rows.rows.every(({ ssl }) => ssl === true) ? 'encrypted' : 'plain'}`;
  };
  assert.equal(await opens('sslmode=disable'), 'plain');
  assert.equal(await opens('sslmode=require'), 'encrypted');
  assert.equal(await opens(`sslmode=verify-ca&sslrootcert=${authority}`), 'encrypted');
  assert.equal(await opens(`sslmode=verify-full&sslrootcert=${authority}`), 'encrypted');
  const untrusted = /^the certificate of the PostgreSQL of state\.url is not trusted \([A-Z_]+\); name its authority/;
  for (const search of [
    'sslmode=verify-full',
    `sslmode=verify-full&sslrootcert=${stranger}`,
    `sslmode=verify-ca&sslrootcert=${stranger}`,
  ])
    assert.match(await opens(search), untrusted, search);
  assert.match(
    await opens(`sslmode=verify-full&sslrootcert=${folder}/nowhere.pem`),
    /an sslrootcert that cannot be read/,
  );
  assert.match(await opens(`sslmode=verify-full&sslrootcert=${files.ssl_key_file}`), /holds no certificate in PEM/);
});

async function dump({ directory, url }: { readonly directory: string; readonly url: string | null }): Promise<string> {
  if (url === null)
    return readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'latin1'))
      .join();
  return asOperator(url, async (client) => {
    const tables = await client.query(`select table_name from information_schema.tables where table_schema = 'sluice'`);
    const rows = [];
    for (const { table_name: table } of tables.rows)
      rows.push(await client.query(`select t::text from sluice.${table} t`));
    return JSON.stringify(rows.map((result) => result.rows));
  });
}
