import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { loadConfiguration } from '../../src/app/config/load-configuration.ts';
import { startGateway } from '../../src/app/gateway.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import { clinicConfiguration } from '../support/clinic-configuration.ts';
import { openFolder } from '../support/open-folder.ts';
import { fe } from '../support/pg-bytes.ts';

const day = 24 * 60 * 60 * 1000;

test('a certificate of the own authority is renewed while the gateway runs, for all its listeners at once', async (context) => {
  let now = Date.UTC(2026, 10, 21);
  const clock: Clock = { now: () => instant(now * 1000), monotonic: () => 0 };
  const folder = openFolder();
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'policies'));
  const file = join(folder, 'sluice.yaml');
  const yaml = clinicConfiguration({ issuer: 'http://127.0.0.1:1', database: { port: 1, user: 'nobody' } }).replace(
    '  plain: ',
    '  other: { protocol: postgres, address: 127.0.0.2:0, tls: auto, auth: token }\n  plain: ',
  );
  writeFileSync(file, yaml);
  const configuration = loadConfiguration(yaml, file);
  if (!configuration.ok) assert.fail(configuration.error.map(({ message }) => message).join('\n'));
  const started = await startGateway({ configuration: configuration.value, read: () => assert.fail(), clock });
  if (!started.ok) assert.fail(started.error.join('\n'));
  const { listeners } = started.value;
  context.after(() => started.value.stop());

  const shown = () => Promise.all(listeners.open.filter(({ settings }) => settings.tls.kind === 'auto').map(serialOf));
  const [first, ...others] = await shown();
  assert.deepEqual(others, [first, first], 'one certificate covers every listener');

  now += 59 * day;
  await listeners.renew();
  assert.deepEqual(await shown(), [first, first, first], 'more than 30 days are left');
  now += 2 * day;
  await listeners.renew();
  const [renewed, ...same] = await shown();
  assert.notEqual(renewed, first);
  assert.deepEqual(same, [renewed, renewed]);
});

/** Of the certificate that a client is shown. */
async function serialOf({ listener }: { readonly listener: { readonly address: string } }): Promise<string> {
  const [host = '', port] = listener.address.split(':');
  const plain = connectTcp({ host, port: Number(port) });
  plain.write(fe.ssl);
  const [answer] = (await once(plain, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'S');
  const secure = connectTls({ socket: plain, rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  const { serialNumber, subjectaltname } = secure.getPeerCertificate();
  assert.ok(subjectaltname?.split(', ').includes(`IP Address:${host}`), subjectaltname);
  secure.destroy();
  return serialNumber;
}
