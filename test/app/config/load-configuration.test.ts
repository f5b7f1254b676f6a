import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { printFault } from '../../../src/app/config/configuration-fault.ts';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { defaultApprovals } from '../../../src/app/config/read-approvals.ts';
import { defaultLimits } from '../../../src/core/limits.ts';
import { sound } from './faults-of.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  mkdirSync(join(folder, 'rules'));
  for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(folder, name), 'x');
  writeFileSync(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
});
after(() => rmSync(folder, { recursive: true }));

test('the least that loads has the documented defaults', () => {
  const text = sound.slice(0, 3).concat(sound.slice(4, 8), sound.slice(10, 15), sound.slice(17, 23)).join('\n');
  const loaded = loadConfiguration(text, '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const sixYears = 6 * 366 * 24 * 60 * 60 * 1000;
  assert.deepEqual(loaded.value, {
    file: '/etc/sluice/sluice.yaml',
    digest: createHash('sha256').update(text).digest('hex'),
    name: 'ward-7',
    tenant: 'general-hospital',
    dataDir: '/etc/sluice/data',
    api: { address: { host: '127.0.0.1', port: 8400 }, publicUrl: 'http://127.0.0.1:8400', login: null },
    listeners: [
      {
        name: 'pg',
        protocol: 'postgres',
        address: { host: '127.0.0.1', port: 15432 },
        tls: { kind: 'auto' },
        auth: 'token',
        clientAuthority: null,
        proxyProtocol: [],
      },
    ],
    identity: {
      issuers: [
        {
          id: 'ci',
          issuer: 'https://ci.example',
          audience: 'sluice',
          profile: 'generic',
          require: new Map(),
          groups: [],
          groupsFrom: null,
          jwksUri: null,
          ca: null,
          subject: 'sub',
        },
      ],
      workloads: [],
      roles: { approver: [], auditor: [], admin: [] },
      unlisted: 'accept',
      exchange: [],
      tickets: { lifetimeMs: 15 * 60 * 1000 },
    },
    connections: [
      {
        name: 'clinic',
        protocol: 'postgres',
        target: { host: 'db.internal', port: 5432, database: 'clinic', tls: 'verify-full', ca: null },
        credentials: [{ for: 'group:pipelines', user: 'etl', password: { env: 'CLINIC_PASSWORD' } }],
        protect: [],
      },
    ],
    masking: { preset: null, classes: new Map() },
    policies: '/etc/sluice/policies',
    approvals: defaultApprovals,
    state: { url: null },
    ledger: { durability: 'fsync', publish: false },
    recordings: { key: null },
    retention: { recordingsMs: sixYears, ledgerMs: sixYears, approvalsMs: sixYears, policiesMs: sixYears },
    limits: defaultLimits,
  });
});

test('everything that can be said is read, and paths start at the folder of the file', () => {
  const text = `
name: clinic-gateway
tenant: general-hospital
dataDir: /var/lib/sluice
api: { address: "[::1]:8400", publicUrl: https://sluice.example/ }
listeners:
  pg: { protocol: postgres, address: 0.0.0.0:15432, tls: { cert: cert.pem, key: ./key.pem } }
  pg-local: { protocol: postgres, address: 127.0.0.1:15433, tls: off, auth: token }
identity:
  issuers:
    - id: github
      issuer: https://token.actions.githubusercontent.com
      audience: sluice
      profile: github-actions
      require: { repository_owner_id: "9919", ref_protected: ["true", "maybe"] }
      groups: [pipelines]
      jwksUri: http://127.0.0.1:9/jwks
    - id: sso
      issuer: http://localhost:8401
      audience: sluice
      profile: people
      groupsFrom: { claim: roles, mapping: { "Compliance Team": compliance } }
    - { id: svc, issuer: "http://[::1]:8401", audience: sluice, subject: client_id, groupsFrom: groups }
  workloads:
    - { principal: github/123456789, owner: dana, purpose: HOPERAT, expires: 2027-06-30, vendor: internal }
    - { principal: svc/a/b }
  roles: { approver: [compliance], auditor: [audit], admin: [platform, oncall] }
  unlisted: refuse
  exchange: [{ subject: svc, actor: github }, { subject: sso, actor: svc }]
  tickets: { lifetime: 1h }
connections:
  clinic:
    protocol: postgres
    target: { host: 10.0.0.7, port: 6432, database: ehr, tls: require, ca: ca.pem }
    credentials:
      - { for: github/123456789, user: a, password: { file: secrets/a } }
      - { for: group:pipelines, user: b, password: { file: /run/secrets/b } }
      - { user: c }
    protect:
      public."Patients".ssn: ssn
      public.*.full_name: name
masking:
  preset: hipaa-safe-harbor
  classes: { a: redact, b: null, c: "null", d: year, e: tokenize, f: { partial: { keepLast: 4 } } }
policies: rules
approvals: { wait: 90s }
state: { url: { file: state.url } }
ledger: { durability: os, anchors: [] }
recordings: { key: { file: recording.key } }
retention: { recordings: 6y, ledger: 10y, approvals: 30d, policies: 52w }
limits: { statementBytes: 512KiB, bindBytes: 16MiB, idleMs: 30m, leaseMs: 8h, sessionsPerPrincipal: 5 }
`;
  const loaded = loadConfiguration(text, join(folder, 'sluice.yaml'));
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { value } = loaded;
  assert.deepEqual(value.api, {
    address: { host: '::1', port: 8400 },
    publicUrl: 'https://sluice.example',
    login: null,
  });
  assert.deepEqual(
    value.listeners.map(({ tls }) => tls),
    [{ kind: 'files', cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }, { kind: 'off' }],
  );
  const [github, sso, svc] = value.identity.issuers;
  assert.deepEqual(
    github?.require,
    new Map([
      ['repository_owner_id', ['9919']],
      ['ref_protected', ['true', 'maybe']],
    ]),
  );
  assert.equal(github?.jwksUri, 'http://127.0.0.1:9/jwks');
  assert.deepEqual(sso?.groupsFrom, { claim: 'roles', mapping: new Map([['Compliance Team', 'compliance']]) });
  assert.deepEqual([svc?.subject, svc?.groupsFrom], ['client_id', { claim: 'groups', mapping: null }]);
  assert.deepEqual(value.identity.workloads, [
    { principal: 'github/123456789', owner: 'dana', purpose: 'HOPERAT', expires: '2027-06-30', vendor: 'internal' },
    { principal: 'svc/a/b', owner: null, purpose: null, expires: null, vendor: null },
  ]);
  assert.deepEqual(value.identity.roles.admin, ['platform', 'oncall']);
  const [clinic] = value.connections;
  assert.ok(clinic?.protocol === 'postgres');
  assert.match(clinic.target.ca ?? '', /^-----BEGIN CERTIFICATE-----/);
  assert.deepEqual(clinic?.credentials, [
    { for: 'github/123456789', user: 'a', password: { file: join(folder, 'secrets/a') } },
    { for: 'group:pipelines', user: 'b', password: { file: '/run/secrets/b' } },
    { for: null, user: 'c', password: null },
  ]);
  assert.deepEqual(clinic?.protect, [
    { pattern: 'public."Patients".ssn', class: 'ssn' },
    { pattern: 'public.*.full_name', class: 'name' },
  ]);
  assert.deepEqual(
    [...value.masking.classes.values()],
    [
      { kind: 'redact' },
      { kind: 'null' },
      { kind: 'null' },
      { kind: 'year' },
      { kind: 'tokenize' },
      { kind: 'partial', keepLast: 4 },
    ],
  );
  assert.equal(value.masking.preset, 'hipaa-safe-harbor');
  assert.equal(value.policies, join(folder, 'rules'));
  assert.equal(value.approvals.waitMs, 90_000);
  assert.deepEqual(value.state.url, { file: join(folder, 'state.url') });
  assert.deepEqual(value.recordings.key, { file: join(folder, 'recording.key') });
  const day = 24 * 60 * 60 * 1000;
  assert.deepEqual(value.retention, {
    recordingsMs: 6 * 366 * day,
    ledgerMs: 3660 * day,
    approvalsMs: 30 * day,
    policiesMs: 364 * day,
  });
  assert.deepEqual(value.limits, {
    ...defaultLimits,
    statementBytes: 512 * 1024,
    bindBytes: 16 * 1024 * 1024,
    idleMs: 30 * 60 * 1000,
    leaseMs: 8 * 60 * 60 * 1000,
    sessionsPerPrincipal: 5,
  });
});

test('a fault prints as editors read it', () => {
  const loaded = loadConfiguration('nmae: x', 'sluice.yaml');
  assert.ok(!loaded.ok);
  const [first] = loaded.error.filter(({ path }) => path === 'nmae');
  assert.ok(first !== undefined);
  assert.equal(
    printFault('sluice.yaml', first),
    'sluice.yaml:1:1: nmae: Sluice knows no such key here; did you mean `name`?',
  );
});

test('all faults come at once, in the order of the file', () => {
  const lines = [...sound];
  lines[0] = 'name: 7';
  lines[7] = '    address: localhost';
  lines[13] = '      issuer: http://ci.example';
  lines[26] = '  classes: { ssn: rot13 }';
  const loaded = loadConfiguration(lines.join('\n'), 'sluice.yaml');
  assert.ok(!loaded.ok);
  assert.deepEqual(
    loaded.error.map(({ line }) => line),
    [1, 8, 14, 27],
  );
});
