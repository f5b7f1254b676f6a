import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { refusalOf } from './story.ts';

const policies = `
@id("in") permit(principal in Group::"pipelines", action in [Action::"connect", Action::"session", Action::"filter"], resource in Connection::"clinic");
@id("all-wait") @approval("compliance") @wait("0")
permit(principal in Group::"pipelines", action in [Action::"select", Action::"insert", Action::"update", Action::"delete", Action::"call"], resource in Connection::"clinic");
`;

let clinic: ClinicGateway;
let client: pg.Client;
let dana: string;
before(async () => {
  clinic = await startClinicGateway({ policies });
  client = await clinic.connect();
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

/** A literal that means a social security number, in the dress of a column that nobody protects. */
const secret = '900-66-7431';
const number = '900667431';

const disguises: readonly string[] = [
  `select id from patients where status in (select status from patients where ssn = '${secret}')`,
  `select id from patients where status = (select status from patients where '${secret}' = ssn)`,
  `select id from patients where status in (select 'x' from patients where lower(ssn) = lower('${secret}'))`,
  `update patients set status = (case when ssn like '${secret}' then 'a' end) where id = 1`,
  `select id from patients where ssn || status = '${secret}active'`,
  `select id from patients where ssn || patients.status like '${secret}%'`,
  `select id from patients where replace(ssn, '-', '')::bigint + id = ${number}`,
  `select id from patients where ssn operator(pg_catalog.||) status = '${secret}'`,
  `select id from (select id, ssn as status from patients) s where status = '${secret}'`,
  `with w (id, status) as (select id, ssn from patients) select id from w where status = '${secret}'`,
  `select s.id from patients as s (id, mrn, status) where s.status = '${secret}'`,
  `with x as (select id, status, zip from patients) insert into patients values (5000, 'm', '${secret}', 'n')`,
  `insert into patients (id, status, zip, mrn, ssn, full_name) values (5001, array_to_string(array['a', 'b'], ''), '1', 'm', '${secret}', 'n')`,
  `insert into patients (id, mrn, ssn, full_name, zip) values (5002, 'm', coalesce('${secret}'), 'n', '1')`,
  `insert into patients (status, id, mrn, ssn, full_name) values ('a', 1, 'm', 's', 'n') on conflict (id) do update set ssn = coalesce('${secret}')`,
  `insert into patients (status, id, mrn, ssn, full_name) values ('a', 1, 'm', 's', 'n') on conflict (id) do update set zip = '1' where (lower(patients.ssn) = '${secret}')`,
  `insert into patients (id, status, ssn, mrn, full_name) select 1, '${secret}' as status, 's', 'm', 'n'`,
  `update patients set (status, ssn) = row ('a', '${secret}') where id = 1`,
  `update patients set status = v.status from (values ('${secret}')) v (status) where ssn = v.status`,
  `select id from patients join (values ('${secret}')) v (status) on v.status = ssn`,
  `select id from patients where (status, ssn) in (('a', '${secret}'))`,
  `select id from patients where (status, ssn) = ('a', '${secret}')`,
  `select id from patients where status = any (array[ssn]) and ssn = any ('{${secret}}')`,
  `update patients set status = 'a' where ssn = E'${secret}'`,
  `select id from patients where status = '${secret}' || ssn`,
  `select id from patients where id = ${number} - replace(ssn, '-', '')::bigint`,
  `select id from patients where ('active' = status) = (ssn = $$${secret}$$)`,
  `select id from patients where status between ssn and '${secret}'`,
  `select id from patients where ssn in (status, '${secret}')`,
  `select id from patients where case ssn when '${secret}' then true end`,
  `select id from patients p where to_json(p) ->> 'ssn' = '${secret}'`,
  `merge into patients p using (select 1 as id, '${secret}' as status) s on p.id = s.id when matched then update set ssn = s.status`,
  `select id from patient_directory where code = '${secret}'`,
  `select id from encounters where lookup(id) = '${secret}'`,
  `update encounters set kind = 'a' where id = 1 and lookup(id) in ('${secret}')`,
  `select lookup(1) = '${secret}'`,
  `select id from patients where status = '${secret}' like ssn`,
  `copy (select id from patients where lower(ssn) = '${secret}') to stdout`,
  `explain select id from patients where lower(ssn) = '${secret}'`,
  `declare c cursor for select id from patients where lower(ssn) = '${secret}'`,
  `delete from patients using (select ssn as zip from patients) z where z.zip = '${secret}'`,
  `select ssn = '${secret}' as status from patients`,
  `select status from patients group by status having min(ssn) = '${secret}'`,
  `select id from patients where (patients.*).ssn = '${secret}'`,
  `insert into patients (status) values ('a') union select '${secret}'`,
  `insert into providers (id, specialty) select id, '${secret}' from patients where ssn = specialty`,
  `table patients; select '${secret}'`,
];

for (const text of disguises) {
  test(`a protected literal is not shown: ${text}`, async () => {
    const { shown } = await filed(text, []);
    assert.ok(!shown.includes(secret) && !shown.includes(number), shown);
  });
}

for (const text of [
  'select id from patients where status in (select status from patients where ssn = $1)',
  'select id from patients where ssn || status = $1',
  'select id from (select id, ssn as status from patients) s where status = $1',
  'insert into patients (id, status, zip, mrn, ssn, full_name) values (1, $2, $2, $2, $1, $2)',
  'with x as (select id, status, zip from patients) insert into patients values (5000, $2, $1, $2)',
]) {
  test(`a protected parameter is not shown: ${text}`, async () => {
    const { shown } = await filed(text, text.includes('$2') ? [secret, 'm'] : [secret]);
    assert.ok(!shown.includes(secret), shown);
  });
}

/** What people are shown of it, and that nobody else was told. */
async function filed(text: string, values: readonly unknown[]): Promise<{ readonly shown: string }> {
  const { code, message, hint } = await refusalOf(client.query(text, [...values]));
  assert.ok(!message.includes(secret) && !hint.includes(secret));
  const approval = /request (apr_\S+) is pending/.exec(message)?.[1];
  // What Sluice refuses by itself nobody is shown.
  if (approval === undefined) return { shown: `refused: ${code} ${message}` };
  const { body } = await ask(clinic.api, `/approvals/${approval}`, dana);
  return { shown: `${String(body['statement'])} ${JSON.stringify(body['parameters'])}` };
}
