import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("patients") permit(principal, action in [Action::"select", Action::"update"], resource == Table::"clinic/public.patients");
@id("no-zip") forbid(principal, action == Action::"select", resource == Column::"clinic/public.patients.zip");
@id("no-status") forbid(principal, action == Action::"update", resource == Column::"clinic/public.patients.status");
@id("id-and-kind") permit(principal, action == Action::"select", resource is Column) when { resource in [Column::"clinic/public.encounters.id", Column::"clinic/public.encounters.kind"] };
@id("write-kind") permit(principal, action in [Action::"insert", Action::"update"], resource is Column) when { resource in [Column::"clinic/public.encounters.id", Column::"clinic/public.encounters.kind"] };
@id("providers") permit(principal, action in [Action::"select", Action::"insert"], resource == Table::"clinic/public.providers");
@id("no-specialty") forbid(principal, action == Action::"insert", resource == Column::"clinic/public.providers.specialty");
`;

let clinic: ClinicGateway;
let client: pg.Client;
before(async () => {
  clinic = await startClinicGateway({ policies });
  client = await clinic.connect();
});
after(async () => {
  await client.end();
  await clinic.stop();
});

const allowed: readonly string[] = [
  'select id, balance from patients where id = 1',
  'select count(*) from patients',
  'select id, kind from encounters where id < 3',
  'select e.kind from encounters e order by e.id',
  "insert into encounters (id, kind) values (9001, 'mine') on conflict (id) do nothing",
  "update encounters set kind = 'yours' where id = 9001",
  "update encounters set kind = 'theirs' where id = 9001 returning kind",
  'update patients set balance = 1 where id = 1',
  'insert into providers (id) values (9) on conflict do nothing',
];

const refused: readonly (readonly [sql: string, says: RegExp])[] = [
  ['select zip from patients', /"no-zip"/],
  ['select * from patients', /"no-zip"/],
  ['select p.* from patients p', /"no-zip"/],
  ['select row(p.*) from patients p', /"no-zip"|whole row/],
  ["select id from patients where zip = '94110'", /"no-zip"/],
  ['select id from patients order by zip', /"no-zip"/],
  ['select id from patients where id in (select length(zip) from patients)', /"no-zip"/],
  ['select e.id from encounters e join patients p on p.zip = e.kind', /"no-zip"/],
  ['with p as (select * from patients) select id from p', /"no-zip"/],
  ['update patients set balance = 1 where id = 1 returning zip', /"no-zip"/],
  ['update patients set balance = 1 where id = 1 returning *', /"no-zip"/],
  ["update patients set balance = 1 where zip = '1'", /"no-zip"/],
  ["update patients set status = 'closed' where id = 1", /"no-status"/],
  ["update patients set (balance, status) = (1, 'closed') where id = 1", /"no-status"/],
  ["insert into providers values (10, 'x')", /"no-specialty"/],
  ["insert into providers (specialty) values ('x')", /"no-specialty"/],
  ['insert into providers select id, kind from encounters', /"no-specialty"/],
  ['select * from encounters', /no policy permits select on public\.encounters\.patient_id/],
  ['select id from encounters where seen_on is null', /no policy permits select on public\.encounters\.seen_on/],
  ['select id from encounters order by seen_on', /no policy permits select on public\.encounters\.seen_on/],
  ['select count(*) from encounters', /no policy permits select on public\.encounters$/],
  ['select e from encounters e', /no policy permits select on public\.encounters/],
  ['select seen_on from encounters', /no policy permits select on public\.encounters$/],
  [
    "insert into encounters values (9002, 1, 'x', '2026-01-01')",
    /no policy permits insert on public\.encounters\.(patient_id|seen_on)/,
  ],
  [
    'insert into encounters (id, patient_id) values (9002, 1)',
    /no policy permits insert on public\.encounters\.patient_id/,
  ],
  ['insert into encounters default values', /no policy permits insert on public\.encounters$/],
  ["update encounters set seen_on = '2026-01-01' where id = 1", /no policy permits update on public\.encounters$/],
  ["update encounters set kind = 'x' where id = 1 returning *", /no policy permits select on public\.encounters\./],
  ['delete from encounters where id = 9001', /no policy permits delete on public\.encounters$/],
];

for (const sql of allowed) {
  test(`passes: ${sql}`, async () => {
    await client.query(sql);
    await client.query({ text: sql, values: [] });
  });
}

for (const [sql, says] of refused) {
  test(`refused: ${sql}`, async () => {
    for (const query of [{ text: sql }, { text: sql, name: `p${sql.length}` }]) {
      const error = await client.query(query).then(
        () => null,
        (caught: unknown) => caught as { code: string; message: string },
      );
      assert.equal(error?.code, '42501', error?.message);
      assert.match(error?.message ?? '', says);
    }
  });
}
