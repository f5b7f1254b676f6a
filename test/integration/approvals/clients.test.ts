import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { psql } from './psql.ts';
import { decide, startApprovals } from './story.ts';

let clinic: ClinicGateway;
let dana: string;
before(async () => {
  clinic = await startApprovals();
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

const plain = () => `port=${clinic.port} user=x sslmode=disable`;
const secure = () => `port=${clinic.tlsPort} user=x sslmode=require`;

for (const [name, address] of [
  ['without TLS', plain],
  ['with TLS', secure],
] as const) {
  test(`psql ${name} shows the notice while it waits, and ends well once somebody approves`, async () => {
    const waiting = psql(address(), await clinic.token(), "update patients set status = 'paused' where id = 41");
    const approval = await waiting.approval;
    assert.equal(waiting.process.exitCode, null);
    assert.equal((await decide(clinic, dana, approval)).status, 200);
    const { code, out, err } = await waiting.ended;
    assert.deepEqual([code, out], [0, 'UPDATE 1\n']);
    assert.match(
      err,
      /^NOTICE: {2}sluice: policy "writes-wait" asks for an approval by "compliance"; waiting for it until .*\nDETAIL: {2}request apr_\S+\nHINT: {2}http:\S+ is where it is decided; cancel to withdraw it\n/,
    );
  });

  test(`psql ${name} that is denied says by whom, and fails`, async () => {
    const waiting = psql(address(), await clinic.token(), "update patients set status = 'paused' where id = 42");
    await decide(clinic, dana, await waiting.approval, 'deny');
    const { code, out, err } = await waiting.ended;
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /ERROR: {2}sluice: request apr_\S+ was denied by people\/dana\n/);
  });

  test(`psql ${name}: Ctrl-C withdraws`, async () => {
    const waiting = psql(address(), await clinic.token(), "update patients set status = 'paused' where id = 43");
    const approval = await waiting.approval;
    waiting.process.kill('SIGINT');
    const { code, err } = await waiting.ended;
    assert.equal(code, 1);
    assert.match(err, /Cancel request sent\nERROR: {2}sluice: it was withdrawn while it waited for an approval/);
    assert.equal((await ask(clinic.api, `/approvals/${approval}`, dana)).body['state'], 'withdrawn');
    assert.equal((await decide(clinic, dana, approval)).status, 409);
  });
}

test('psql that is killed while it waits withdraws', async () => {
  const waiting = psql(plain(), await clinic.token(), "update patients set status = 'paused' where id = 44");
  const approval = await waiting.approval;
  waiting.process.kill('SIGKILL');
  await waiting.ended;
  for (;;) {
    const { body } = await ask(clinic.api, `/approvals/${approval}`, dana);
    if (body['state'] === 'withdrawn') break;
    assert.equal(body['state'], 'pending');
  }
});

test('psql with @wait("0") fails at once, and passes when it is run again after the approval', async () => {
  const text = 'delete from encounters where id = 45';
  const refused = await psql(plain(), await clinic.token(), text).ended;
  assert.equal(refused.code, 1);
  const approval = /request (apr_\S+) is pending/.exec(refused.err)?.[1] ?? '';
  assert.match(refused.err, /HINT: {2}run exactly the same again once it is approved/);
  assert.equal((await decide(clinic, dana, approval)).status, 200);
  assert.deepEqual(await psql(plain(), await clinic.token(), text).ended, { code: 0, out: 'DELETE 1\n', err: '' });
});
