import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { canaries, clinicPolicies } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

// What sessions say of themselves, and what pools send between two uses of a connection.

const policies = `${clinicPolicies}
@id("reason-for-names") @description("names are seen for a reason") @reason("required")
permit(principal in Group::"pipelines", action == Action::"unmask", resource == Column::"clinic/public.patients.full_name");

@id("phone-for-treatment") @description("phones are seen for treatment")
permit(principal in Group::"pipelines", action == Action::"unmask", resource == Column::"clinic/public.patients.phone")
when { context has purpose && context.purpose == "TREAT" };
`;

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway({ policies, settings: { log_statement: 'all' } });
  const setup = await clinic.direct();
  await setup.query(`
    create function tell() returns trigger language plpgsql as $$ begin perform pg_notify('rows', new.ssn); return new; end $$;
    create trigger telling after update on patients for each row execute function tell()`);
  await setup.end();
});
after(() => clinic.stop());

const one = 'select full_name, phone from patients where id = 1';

async function seen(client: pg.Client): Promise<{ readonly name: boolean; readonly phone: boolean }> {
  const { rows } = await client.query(one);
  return { name: rows[0].full_name === canaries.fullName, phone: rows[0].phone === canaries.phone };
}

test('sluice.reason and sluice.purpose by SET reach policy in every form, and RESET takes them back', async () => {
  const client = await clinic.connect();
  const nothing = { name: false, phone: false };
  const table: readonly (readonly [string, string, { readonly name: boolean; readonly phone: boolean }])[] = [
    ["set sluice.reason = 'Zq7 because'", 'SET', { name: true, phone: false }],
    ['reset sluice.reason', 'RESET', nothing],
    ['set session sluice.reason to Zq7', 'SET', { name: true, phone: false }],
    ['set sluice.purpose to "TREAT"', 'SET', { name: true, phone: true }],
    ["set sluice.purpose = 'HPAYMT'", 'SET', { name: true, phone: false }],
    ['set sluice.reason to default', 'SET', nothing],
    ["select set_config('sluice.reason', 'Zq7', false)", 'SELECT', { name: true, phone: false }],
    ['reset all', 'RESET', nothing],
    ["set sluice.purpose = 'TREAT'", 'SET', { name: false, phone: true }],
    ['discard all', 'DISCARD', nothing],
  ];
  assert.deepEqual(await seen(client), nothing);
  for (const [sql, tag, expected] of table) {
    assert.equal((await client.query(sql)).command, tag, sql);
    assert.deepEqual(await seen(client), expected, sql);
  }
  // The same through Parse, Bind and Execute; prepared once, stated at each execution.
  for (let run = 0; run < 2; run += 1) {
    await client.query({ name: 'why', text: "set sluice.reason = 'Zq7'" });
    assert.deepEqual(await seen(client), { name: true, phone: false });
    await client.query({ name: 'no-more', text: 'reset sluice.reason' });
    assert.deepEqual(await seen(client), nothing);
  }
  await client.end();
});

test('SET LOCAL holds until the transaction ends', async () => {
  const client = await clinic.connect();
  await client.query('begin');
  await client.query("set local sluice.reason = 'Zq7'");
  assert.equal((await seen(client)).name, true);
  await client.query('commit');
  assert.equal((await seen(client)).name, false);
  await client.query("set local sluice.reason = 'Zq7'");
  assert.equal((await seen(client)).name, false);
  await client.end();
});

test('what was stated when the session opened is what RESET goes back to', async () => {
  const client = await clinic.connect({ options: '-c sluice.reason=Zq7' });
  assert.equal((await seen(client)).name, true);
  await client.query("set sluice.reason = ''");
  assert.equal((await seen(client)).name, false);
  await client.query('reset sluice.reason');
  assert.equal((await seen(client)).name, true);
  await client.end();
});

test('the values stop at Sluice: neither the target nor the ledger has them', async () => {
  const client = await clinic.connect();
  await client.query("set sluice.reason = 'Zq7-1'");
  await client.query('set sluice.reason to zq7_2');
  await client.query({ text: "set sluice.reason = 'Zq7-3'", name: 'p' });
  await client.query("select set_config('sluice.reason', 'Zq7-4', false)");
  await assert.rejects(client.query("set sluice.purpose = 'Zq7 5'"), /not a code of HL7 PurposeOfUse/);
  await client.query("set sluice.ticket = 'Zq7-6'");
  await assert.rejects(client.query("set sluice.ticket = 'Zq7 6'"), /not the number of a ticket/);
  await assert.rejects(client.query("set sluice.reason = 'Zq7-7'; select 1"), /holds nothing else/);
  await assert.rejects(client.query("select 1; set sluice.reason = 'Zq7-8'"), /holds nothing else/);
  await assert.rejects(client.query("set sluice.unheard = 'Zq7-9'"), /Sluice has no setting "sluice\.unheard"/);
  await assert.rejects(client.query('show sluice.reason'), /stop at Sluice/);
  await assert.rejects(client.query("select current_setting('sluice.reason')"), /stop at Sluice/);
  const target = await client.query("select count(*)::int as n from pg_settings where name like 'sluice%'");
  assert.deepEqual(target.rows, [{ n: 0 }]);
  const entries = JSON.stringify(await clinic.entries());
  assert.doesNotMatch(entries, /zq7/i);
  assert.match(entries, /SET sluice\.reason = \?/);
  await client.end();
});

const resets: readonly { readonly sql: string; readonly path: boolean }[] = [
  { sql: 'SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;', path: true },
  { sql: 'DISCARD ALL', path: true },
  { sql: 'RESET ALL', path: true },
  { sql: 'RESET search_path', path: true },
  { sql: 'SET search_path TO DEFAULT', path: true },
  ...['DISCARD PLANS', 'DISCARD SEQUENCES', 'DISCARD TEMP', 'DEALLOCATE ALL', 'CLOSE ALL', 'UNLISTEN *'].map(notPath),
  ...['RESET statement_timeout', 'RESET standard_conforming_strings', 'RESET client_encoding'].map(notPath),
];

function notPath(sql: string) {
  return { sql, path: false };
}

for (const { sql, path } of resets) {
  test(`what pools send: ${sql.replaceAll('\n', ' ')} leaves pins and the meaning of names as they were`, async () => {
    const client = await clinic.connect();
    await client.query('select pg_advisory_lock(7), pg_try_advisory_xact_lock($1, 1)', [3]);
    await client.query('set search_path = other');
    await client.query(sql);
    const shown: string[] = [];
    for (const name of ['standard_conforming_strings', 'client_encoding', 'search_path', 'application_name'])
      shown.push(String(Object.values((await client.query(`show ${name}`)).rows[0])[0]));
    assert.deepEqual(shown.slice(0, 3), ['on', 'UTF8', path ? '"public"' : 'other']);
    assert.match(shown[3] ?? '', /^sluice\/ses_/);
    // In schema `other` policy closes the table: both sides must mean the same one.
    const asked = client.query('select ssn from patients where id = 1');
    if (path) assert.deepEqual((await asked).rows, [{ ssn: '***' }]);
    else await assert.rejects(asked, /other-tables/);
    await client.end();
  });
}

test('a setting that would undo a pin is refused', async () => {
  const client = await clinic.connect();
  for (const sql of [
    'set standard_conforming_strings = off',
    "set client_encoding = 'latin1'",
    'reset role',
    'reset session authorization',
    'set session authorization default',
    'set role none',
  ])
    await assert.rejects(client.query(sql), { code: '0A000' }, sql);
  await client.end();
});

test('LISTEN and NOTIFY: what a trigger tells of rows comes without its payload', async () => {
  const client = await clinic.connect();
  const heard: pg.Notification[] = [];
  client.on('notification', (notification) => heard.push(notification));
  await client.query('listen rows');
  await client.query('listen "Other Channel"');
  await client.query('notify "Other Channel", \'a payload\'');
  assert.deepEqual(
    heard.map(({ channel, payload }) => [channel, payload]),
    [['Other Channel', '']],
  );
  const direct = await clinic.direct();
  const told = once(client, 'notification');
  await direct.query("update patients set zip = '10002' where id = 1");
  const [row] = await told;
  assert.deepEqual([row.channel, row.payload], ['rows', '']);
  await client.query('unlisten rows');
  await direct.query("update patients set zip = '10003' where id = 1");
  await client.query('select 1');
  assert.equal(heard.length, 2);
  await direct.end();
  await client.end();
});

test('a trigger that tells of rows by the name of its channel tells only whoever named that channel before', async () => {
  const direct = await clinic.direct();
  await direct.query(`
    create function name_it() returns trigger language plpgsql as $$ begin perform pg_notify(new.ssn, new.ssn); return new; end $$;
    create trigger naming after update on patients for each row execute function name_it()`);
  const client = await clinic.connect();
  const heard: pg.Notification[] = [];
  client.on('notification', (notification) => heard.push(notification));
  await client.query('listen "900"');
  await client.query('listen rows');
  const told = once(client, 'notification');
  await direct.query("update patients set zip = '10004' where id = 1");
  await told;
  await client.query('select 1');
  for (const name of ['ssn', '(select ssn from patients where id = 1)'])
    for (const sql of [`select pg_notify(${name}, '') from patients where id = 1`, `select pg_notify('rows', ${name})`])
      await assert.rejects(client.query(sql), (error: { code: string }) =>
        ['42501', '0A000', '42703'].includes(error.code),
      );
  assert.deepEqual(
    heard.map(({ channel, payload }) => [channel, payload]),
    [['rows', '']],
  );
  assert.ok(!JSON.stringify(await clinic.entries()).includes(canaries.ssn));
  await direct.query('drop trigger naming on patients');
  await direct.end();
  await client.end();
});

test('where nothing is protected, notifications pass as they came', async () => {
  const open = await startClinicGateway({ protect: '' });
  const client = await open.connect();
  const told = once(client, 'notification');
  await client.query('listen c');
  const direct = await open.direct();
  await direct.query("notify c, 'a payload'");
  const [notification] = await told;
  assert.deepEqual([notification.channel, notification.payload], ['c', 'a payload']);
  await direct.end();
  await client.end();
  await open.stop();
});
