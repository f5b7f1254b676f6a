import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { refusalOf, startApprovals } from './story.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startApprovals();
});
after(() => clinic.stop());

const long = 'a'.repeat(65_536);

for (const [what, text, values] of [
  ['statement', `delete from encounters where kind = '${long}'`, []],
  ['parameter', 'delete from encounters where kind = $1', [long]],
  ['pair of parameters', 'delete from encounters where kind in ($1, $2)', [long.slice(1), long.slice(1)]],
] as const) {
  test(`nobody is asked about a ${what} that nobody could judge, and nothing is kept of it`, async () => {
    const client = await clinic.connect();
    const { code, message } = await refusalOf(client.query(text, [...values]));
    assert.deepEqual(
      [code, message],
      ['54000', 'sluice: this needs an approval, and nobody judges more than 64 KiB of statement and parameters'],
    );
    const listed = await ask(clinic.api, '/approvals', await clinic.person('dana', 'compliance'));
    assert.deepEqual(listed.body, []);
    await client.end();
  });
}

test('hundreds of requests, as long as they may be, keep nobody else waiting', async () => {
  const client = await clinic.connect();
  const one = (id: number) => `delete from encounters where id = ${id} and kind <> '${long.slice(100)}'`;
  for (let id = 0; id < 200; id += 1) {
    assert.match((await refusalOf(client.query(one(id)))).message, /request apr_\S+ is pending/);
  }
  const other = await clinic.connect();
  let slowest = 0;
  const end = performance.now() + 11_000;
  while (performance.now() < end) {
    const asked = performance.now();
    await other.query('select 1');
    slowest = Math.max(slowest, performance.now() - asked);
  }
  assert.ok(slowest < 250, `the slowest took ${slowest} ms`);
  await other.end();
  await client.end();
});
