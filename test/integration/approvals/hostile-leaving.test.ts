import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { fe } from '../../support/pg-bytes.ts';
import { RawWire } from '../../support/raw-wire.ts';
import { decide, startApprovals } from './story.ts';

let clinic: ClinicGateway;
let dana: string;
before(async () => {
  clinic = await startApprovals();
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

const update = (id: number) => fe.query(`update patients set status = 'hostile' where id = ${id}`);

/** More than a gateway keeps for a client that waits, and then some for the kernels on both ends. */
const flood = Buffer.concat(Array.from({ length: 20_000 }, () => fe.query(`select ${'1'.repeat(1000)}`)));

const leavings: readonly (readonly [how: string, leave: (wire: RawWire) => void])[] = [
  ['hangs up', (wire) => wire.socket.end()],
  ['is reset', (wire) => wire.socket instanceof Socket && wire.socket.resetAndDestroy()],
  ['is gone', (wire) => wire.destroy()],
];

for (const [at, [how, leave]] of leavings.entries()) {
  for (const [ahead, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a pipeline', fe.query('select 1')],
    ['more than is read', flood],
  ] as const) {
    test(`a client that sent ${ahead} ahead and ${how} while it waits: nothing runs`, async () => {
      const id = 100 + at;
      const wire = await RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token() });
      wire.send(update(id));
      const [notice] = await wire.until((messages) => messages.some(({ type }) => type === 'N'));
      const approval = /apr_[0-9a-f-]+/.exec(notice?.body.toString() ?? '')?.[0] ?? '';
      wire.socket.write(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      leave(wire);
      await until(async () => (await ask(clinic.api, `/approvals/${approval}`, dana)).body['state'] === 'withdrawn');
      assert.equal((await decide(clinic, dana, approval)).status, 409);
      const direct = await clinic.direct();
      const { rows } = await direct.query(`select status from patients where id = ${id}`);
      assert.notEqual(rows[0].status, 'hostile');
      await direct.end();
    });
  }
}

/** Within five seconds: the request itself lives for fifteen minutes. */
async function until(met: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000;
  while (!(await met())) assert.ok(performance.now() < end, 'it still waits');
}
