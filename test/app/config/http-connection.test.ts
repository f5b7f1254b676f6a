import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';

const routes = `      GET /patients: { query: [status, "filter[name]"] }
      GET /patients/{id}: { protect: { "$.contacts[*].phone": phone, $..name: provider } }
      PATCH /patients/{id}:
`;

function file({
  listener = '{ protocol: http, address: 127.0.0.1:8402, tls: off, connection: records }',
  target = '{ url: "https://records.internal/api/v1/" }',
  credential = '{ header: Authorization, prefix: "Bearer ", value: { env: KEY } }',
  listed = routes,
  protect = '{ $..ssn: ssn, $..name: name }',
} = {}): string {
  return `name: gateway
tenant: hospital
dataDir: ./data
listeners:
  records: ${listener}
identity:
  issuers: [{ id: ci, issuer: "https://ci.example", audience: sluice }]
connections:
  records:
    protocol: http
    target: ${target}
    credentials:
      - ${credential}
    protect: ${protect}
    routes:
${listed}`;
}

function faults(text: string): readonly string[] {
  const loaded = loadConfiguration(text, '/etc/sluice/sluice.yaml');
  return loaded.ok ? [] : loaded.error.map(({ path, message }) => `${path}: ${message}`);
}

test('an HTTP connection and its listener are read', () => {
  const loaded = loadConfiguration(file(), '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.value.listeners, [
    {
      name: 'records',
      protocol: 'http',
      address: { host: '127.0.0.1', port: 8402 },
      tls: { kind: 'off' },
      connection: 'records',
    },
  ]);
  const [records] = loaded.value.connections;
  assert.ok(records?.protocol === 'http');
  assert.deepEqual(records.target, { scheme: 'https', host: 'records.internal', port: 443, base: '/api/v1', ca: null });
  assert.deepEqual(records.credentials, [
    { for: null, header: 'authorization', value: { env: 'KEY' }, prefix: 'Bearer ' },
  ]);
  assert.deepEqual(
    records.routes.map(({ template, query, protect }) => [template.text, query, protect]),
    [
      [
        'GET /patients',
        ['status', 'filter[name]'],
        [
          { path: '$..ssn', class: 'ssn' },
          { path: '$..name', class: 'name' },
        ],
      ],
      [
        'GET /patients/{id}',
        [],
        [
          { path: '$.contacts[*].phone', class: 'phone' },
          { path: '$..name', class: 'provider' },
          { path: '$..ssn', class: 'ssn' },
        ],
      ],
      [
        'PATCH /patients/{id}',
        [],
        [
          { path: '$..ssn', class: 'ssn' },
          { path: '$..name', class: 'name' },
        ],
      ],
    ],
  );
});

const cases: readonly (readonly [string, Parameters<typeof file>[0], RegExp])[] = [
  [
    'a listener that leads nowhere',
    { listener: '{ protocol: http, address: 127.0.0.1:1, tls: off, connection: other }' },
    /leads to no connection/,
  ],
  [
    'a listener without a connection',
    { listener: '{ protocol: http, address: 127.0.0.1:1, tls: off }' },
    /`connection` is missing/,
  ],
  [
    'a listener with a way to log in',
    { listener: '{ protocol: http, address: 127.0.0.1:1, tls: off, connection: records, auth: scram }' },
    /auth: Sluice knows no such key/,
  ],
  [
    'a listener that shows tokens',
    { listener: '{ protocol: http, address: 10.0.0.1:1, tls: off, connection: records }' },
    /in the clear/,
  ],
  ['a target in the clear', { target: '{ url: "http://records.internal" }' }, /loopback only/],
  ['a target with a password', { target: '{ url: "https://a:b@records.internal" }' }, /user or a password/],
  ['a target that is a database', { target: '{ host: records.internal, database: x }' }, /knows no such key/],
  [
    'a credential that is written out',
    { credential: '{ header: Authorization, value: Bearer-abc }' },
    /secrets do not stand/,
  ],
  [
    'a credential that frames',
    { credential: '{ header: Content-Length, value: { env: KEY } }' },
    /steers the connection/,
  ],
  [
    'a credential that clients send',
    { credential: '{ header: Prefer, value: { env: KEY } }' },
    /steers the connection/,
  ],
  ['no routes', { listed: '      {}\n' }, /there is no route/],
  ['a route that is none', { listed: '      /patients:\n' }, /no method and path/],
  ['HEAD', { listed: '      HEAD /patients:\n' }, /GET answers HEAD/],
  ['a route twice', { listed: '      GET /a/{x}:\n      GET /a/{y}:\n' }, /means the same requests/],
  ['a route with another key', { listed: '      GET /a: { allow: all }\n' }, /knows no such key/],
  ['a path that is none', { protect: '{ ssn: ssn }' }, /must start with \$/],
  ['a class that is none', { protect: '{ $.ssn: "a b" }' }, /a class/],
];
for (const [name, change, expected] of cases) {
  test(`a fault: ${name}`, () => {
    const found = faults(file(change));
    assert.ok(
      found.some((fault) => expected.test(fault)),
      JSON.stringify(found),
    );
  });
}
