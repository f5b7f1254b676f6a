import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { fe } from '../../support/pg-bytes.ts';
import { RawWire } from '../../support/raw-wire.ts';
import { decide, refusalOf, startApprovals } from './story.ts';

let clinic: ClinicGateway;
let dana: string;
before(async () => {
  clinic = await startApprovals();
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

test('of twelve sessions that send what was approved once, at the same time, one runs it', async () => {
  const clients = await Promise.all(Array.from({ length: 12 }, () => clinic.connect()));
  const text = 'delete from encounters where id = 900';
  const [first] = clients;
  const { message } = await refusalOf(first?.query(text) ?? Promise.resolve());
  const approval = /request (apr_\S+) is pending/.exec(message)?.[1] ?? '';
  assert.equal((await decide(clinic, dana, approval)).status, 200);
  const ran = await Promise.allSettled(clients.map((client) => client.query(text)));
  assert.equal(ran.filter(({ status }) => status === 'fulfilled').length, 1);
  await Promise.all(clients.map((client) => client.end()));
});

test('names bound anew behind a statement that waits change nothing of what was approved', async () => {
  const wire = await RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
  wire.send(
    fe.parse('s', 'update patients set status = $1 where id = $2'),
    fe.bind('p', 's', ['approved', '300']),
    fe.execute('p'),
    fe.parse('s2', 'update patients set status = $1 where id = $2'),
    fe.bind('p2', 's2', ['smuggled', '301']),
    fe.sync,
  );
  const told = await wire.until((messages) => messages.some(({ body }) => body.includes('apr_')));
  const approval = /apr_[0-9a-f-]+/.exec(told.map(({ body }) => body.toString()).join(' '))?.[0] ?? '';
  wire.send(
    fe.parse('', "update patients set status = 'smuggled' where id = 302"),
    fe.bind('', ''),
    fe.execute(''),
    fe.sync,
  );
  assert.equal((await decide(clinic, dana, approval)).status, 200);
  const next = await wire.until((messages) => messages.some(({ body }) => body.includes('apr_')));
  const second = /apr_[0-9a-f-]+/.exec(next.map(({ body }) => body.toString()).join(' '))?.[0] ?? '';
  assert.notEqual(second, approval);
  assert.equal((await decide(clinic, dana, second, 'deny')).status, 200);
  await wire.ready();
  wire.destroy();
  const direct = await clinic.direct();
  const { rows } = await direct.query("select id, status from patients where status in ('approved', 'smuggled')");
  assert.deepEqual(rows, [{ id: 300, status: 'approved' }]);
  await direct.end();
});
