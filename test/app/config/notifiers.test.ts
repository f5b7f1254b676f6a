import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { assertFaults, changed, type FaultCase } from './faults-of.ts';

const line = 28;
const of = (entry: string) => ({ [line]: `approvals: { notify: [${entry}] }` });

test('people are told by webhook and by mail, as configured', () => {
  const yaml = changed(
    of(
      '{ name: on-call, webhook: { url: https://chat.example/hook, secret: { env: HOOK } } }, { name: mail, email: { host: mail.internal, from: sluice@hospital.example, user: sluice, password: { file: mail.password }, to: { compliance: [dana@hospital.example], "*": [log@hospital.example] } } }',
    ),
  );
  const loaded = loadConfiguration(yaml, '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.value.approvals.notify, [
    { kind: 'webhook', webhook: { name: 'on-call', url: 'https://chat.example/hook', secret: { env: 'HOOK' } } },
    {
      kind: 'email',
      email: {
        name: 'mail',
        host: 'mail.internal',
        port: 587,
        tls: 'starttls',
        ca: null,
        user: 'sluice',
        password: { file: '/etc/sluice/mail.password' },
        from: 'sluice@hospital.example',
        to: new Map([
          ['compliance', ['dana@hospital.example']],
          ['*', ['log@hospital.example']],
        ]),
      },
    },
  ]);
});

const faults: readonly (readonly [name: string, entry: string, path: string, message: RegExp])[] = [
  ['neither webhook nor email', '{ name: a }', '[0]', /exactly one of `webhook` and `email`/],
  ['no name', '{ webhook: { url: https://x.example, secret: { env: A } } }', '[0]', /`name` is missing/],
  [
    'a webhook in the clear',
    '{ name: a, webhook: { url: "http://chat.example", secret: { env: A } } }',
    '[0].webhook.url',
    /loopback only/,
  ],
  [
    'a secret in the file',
    '{ name: a, webhook: { url: https://x.example, secret: whsec_AAAA } }',
    '[0].webhook.secret',
    /secrets do not stand in this file/,
  ],
  [
    'mail in the clear to another machine',
    '{ name: a, email: { host: mail.internal, tls: off, from: a@b.example, to: { g: [a@b.example] } } }',
    '[0].email',
    /of this machine only/,
  ],
  [
    'a user without a password',
    '{ name: a, email: { host: mail.internal, user: u, from: a@b.example, to: { g: [a@b.example] } } }',
    '[0].email',
    /go together/,
  ],
  [
    'an address that is a list in disguise',
    '{ name: a, email: { host: mail.internal, from: "a@b.example, c@d.example", to: { g: [a@b.example] } } }',
    '[0].email.from',
    /an address, such as/,
  ],
  ['nobody to tell', '{ name: a, email: { host: m, from: a@b.example, to: {} } }', '[0].email.to', /nobody is named/],
];

for (const [name, entry, path, message] of faults) {
  test(`notify: ${name} is a fault`, () => {
    const loaded = loadConfiguration(changed(of(entry)), '/etc/sluice/sluice.yaml');
    assert.ok(!loaded.ok);
    const [fault, ...others] = loaded.error;
    assert.deepEqual([fault?.path, others], [`approvals.notify${path}`, []]);
    assert.match(fault?.message ?? '', message);
  });
}

const twice: FaultCase['change'] = of(
  '{ name: a, webhook: { url: https://x.example, secret: { env: A } } }, { name: a, webhook: { url: https://y.example, secret: { env: A } } }',
);
test('notify: two of one name are a fault', () =>
  assertFaults({ change: twice, faults: [[line, 22, 'approvals.notify', /the same `name`/]] }));
