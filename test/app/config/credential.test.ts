import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import type { CredentialRule } from '../../../src/core/connection.ts';
import { assertFaults, changed, type FaultCase } from './faults-of.ts';

const rules: readonly (readonly [name: string, yaml: string, rule: CredentialRule])[] = [
  ['nothing to show', '{ user: u }', { for: null, user: 'u', password: null }],
  [
    'a client certificate, which everybody may read, and its key, which nobody may',
    '{ user: u, certificate: { file: c.pem }, key: { env: KEY } }',
    {
      for: null,
      user: 'u',
      password: null,
      certificate: { certificate: { file: '/etc/sluice/c.pem', public: true }, key: { env: 'KEY' } },
    },
  ],
  [
    'both',
    '{ user: u, password: { env: P }, certificate: { env: C }, key: { file: /k.pem } }',
    {
      for: null,
      user: 'u',
      password: { env: 'P' },
      certificate: { certificate: { env: 'C' }, key: { file: '/k.pem' } },
    },
  ],
  [
    'an application of Entra ID with a secret',
    '{ user: u, password: { entra: { tenant: contoso.example, clientId: a-1, clientSecret: { env: S } } } }',
    {
      for: null,
      user: 'u',
      password: {
        entra: {
          authority: 'https://login.microsoftonline.com',
          tenant: 'contoso.example',
          clientId: 'a-1',
          scope: 'https://ossrdbms-aad.database.windows.net/.default',
          proof: { secret: { env: 'S' } },
        },
      },
    },
  ],
  [
    'one with the token of another issuer, at another authority',
    '{ user: u, password: { entra: { tenant: t, clientId: a, assertionFile: token, authority: "http://127.0.0.1:9/", scope: "https://db.example/.default" } } }',
    {
      for: null,
      user: 'u',
      password: {
        entra: {
          authority: 'http://127.0.0.1:9',
          tenant: 't',
          clientId: 'a',
          scope: 'https://db.example/.default',
          proof: { assertion: { file: '/etc/sluice/token' } },
        },
      },
    },
  ],
  [
    'one with a certificate',
    '{ user: u, password: { entra: { tenant: t, clientId: a, certificate: { file: /c.pem }, key: { env: K } } } }',
    {
      for: null,
      user: 'u',
      password: {
        entra: {
          authority: 'https://login.microsoftonline.com',
          tenant: 't',
          clientId: 'a',
          scope: 'https://ossrdbms-aad.database.windows.net/.default',
          proof: { certificate: { certificate: { file: '/c.pem', public: true }, key: { env: 'K' } } },
        },
      },
    },
  ],
];

describe('a credential', () => {
  for (const [name, yaml, rule] of rules) {
    test(name, () => {
      const loaded = loadConfiguration(changed({ 23: `      - ${yaml}` }), '/etc/sluice/sluice.yaml');
      assert.ok(loaded.ok, JSON.stringify(loaded));
      assert.deepEqual(loaded.value.connections[0]?.credentials, [rule]);
    });
  }
});

for (const [written, protocol] of [
  ['3.0', '3.0'],
  ['"3.0"', '3.0'],
  ['3.2', undefined],
] as const) {
  test(`a target that is asked for protocol ${written} at most`, () => {
    const target = `    target: { host: db.internal, database: clinic, protocol: ${written} }`;
    const loaded = loadConfiguration(changed({ 21: target }), '/etc/sluice/sluice.yaml');
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const [clinic] = loaded.value.connections;
    assert.ok(clinic?.protocol === 'postgres');
    assert.equal(clinic.target.protocol, protocol);
  });
}

const item = 'connections.clinic.credentials[0]';
const entra = (inside: string) => ({ 23: `      - { user: u, password: { entra: { ${inside} } } }` });
const faults: readonly FaultCase[] = [
  {
    name: 'a version of the protocol that is not spoken',
    change: { 21: '    target: { host: db.internal, database: clinic, protocol: 3.1 }' },
    faults: [[21, 62, 'connections.clinic.target.protocol', /must be 3\.2 or 3\.0/]],
  },
  {
    name: 'a scope of something else',
    change: entra('tenant: t, clientId: a, clientSecret: { env: S }, scope: openid'),
    faults: [[23, 98, `${item}.password.entra.scope`, /a scope, such as https:/]],
  },
  {
    name: 'a certificate without its key',
    change: { 23: '      - { user: u, certificate: { file: c.pem } }' },
    faults: [[23, 9, item, /`certificate` and `key` go together/]],
  },
  {
    name: 'a certificate that stands in the file',
    change: { 23: '      - { user: u, certificate: PEM, key: { file: k } }' },
    faults: [[23, 33, `${item}.certificate`, /use \{ env: NAME \} or \{ file: PATH \}/]],
  },
  {
    name: 'a certificate without TLS',
    change: {
      21: '    target: { host: db.internal, database: clinic, tls: off }',
      23: '      - { user: u, certificate: { file: c }, key: { file: k } }',
    },
    faults: [[23, 9, item, /works over TLS only, and `target.tls` is off/]],
  },
  {
    name: 'a token without TLS',
    change: {
      21: '    target: { host: db.internal, database: clinic, tls: off }',
      ...entra('tenant: t, clientId: a, clientSecret: { env: S }'),
    },
    faults: [[23, 9, item, /works over TLS only/]],
  },
  {
    name: 'an application that proves itself in no way',
    change: entra('tenant: t, clientId: a'),
    faults: [[23, 39, `${item}.password.entra`, /exactly one of `clientSecret`, `assertionFile` and `certificate`/]],
  },
  {
    name: 'or in two',
    change: entra('tenant: t, clientId: a, clientSecret: { env: S }, assertionFile: f'),
    faults: [[23, 39, `${item}.password.entra`, /exactly one of `clientSecret`, `assertionFile` and `certificate`/]],
  },
  {
    name: 'an authority in the clear',
    change: entra('tenant: t, clientId: a, clientSecret: { env: S }, authority: "http://login.example"'),
    faults: [[23, 102, `${item}.password.entra.authority`, /`http:` is accepted on loopback only/]],
  },
  {
    name: 'a tenant that is a path',
    change: entra('tenant: ../x, clientId: a, clientSecret: { env: S }'),
    faults: [[23, 49, `${item}.password.entra.tenant`, /the id or a domain of a tenant/]],
  },
  {
    name: 'a secret that stands in the file',
    change: entra('tenant: t, clientId: a, clientSecret: canary'),
    faults: [[23, 79, `${item}.password.entra.clientSecret`, /secrets do not stand in this file/]],
  },
];

describe('a fault in a credential', () => {
  for (const { name, change, faults: expected } of faults) test(name, () => assertFaults({ change, faults: expected }));
});
