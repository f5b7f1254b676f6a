import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { type Ran, RecordedVerbs, run } from './recorded-verbs.ts';

describe('sluice sql, through a gateway to a real database', () => {
  let clinic: ClinicGateway;
  let env: Record<string, string>;
  const verbs = new RecordedVerbs();
  const sql = (text: string, ...options: readonly string[]): Promise<Ran> =>
    run(verbs, ['sql', 'clinic', text, '--as', 'job', ...options], env);

  before(async () => {
    clinic = await startClinicGateway();
    env = { SLUICE_URL: clinic.api, SLUICE_TOKEN: await clinic.person('olga', 'audit') };
    const password = await clinic.token();
    verbs.token = async () => ({ ok: true, value: password });
  });
  after(() => clinic.stop());

  test('rows are a table with their count, protected values masked', async () => {
    const ran = await sql('select id, ssn, notes, status from patients where id = 1');
    assert.deepEqual([ran.code, ran.err], [0, '']);
    assert.match(ran.out, /^id \| ssn +\| notes \| status\n-+\+/);
    assert.match(ran.out, /^ 1 \| .+ \| NULL +\| active\n\(1 row\)\n$/m);
    assert.ok(!ran.out.includes(canaries.ssn));
  });

  test('several statements are several results', async () => {
    const ran = await sql("begin; select id from providers order by id; select '' as empty where false; commit");
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.out, 'BEGIN\nid\n--\n 1\n 2\n(2 rows)\nempty\n-----\n(0 rows)\nCOMMIT\n');
  });

  test('--json is one result a line, values as the server wrote them', async () => {
    const ran = await sql('select 1.50::numeric as n, null as nothing, true as b; select 2 as n', '--json');
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(
      ran.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { command: 'SELECT', rowCount: 1, columns: ['n', 'nothing', 'b'], rows: [['1.50', null, 't']] },
        { command: 'SELECT', rowCount: 1, columns: ['n'], rows: [['2']] },
      ],
    );
  });

  test('a denial is its message, DETAIL and HINT, and exit code 1', async () => {
    const ran = await sql('select id from patients');
    assert.deepEqual([ran.code, ran.out], [1, '']);
    assert.match(ran.err, /^ERROR 42501: sluice: denied by policy "no-bulk-phi-read"/);
    assert.match(ran.err, /^DETAIL: .*stm_/m);
    assert.match(ran.err, /^HINT: /m);
  });

  test('a syntax error is the error of PostgreSQL', async () => {
    const ran = await sql('selec 1');
    assert.equal(ran.code, 1);
    assert.match(ran.err, /^ERROR 42601: /);
  });

  test('a token that is refused is a sentence', async () => {
    const ran = await run(verbs, ['sql', 'clinic', 'select 1'], env);
    assert.equal(ran.code, 1);
    assert.match(ran.err, /^FATAL \w{5}: sluice: /);
    assert.ok(!ran.err.includes(env.SLUICE_TOKEN ?? ''));
  });
});
