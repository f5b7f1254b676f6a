import { test } from 'node:test';
import { assertFaults, type FaultCase } from './faults-of.ts';

const cases: readonly FaultCase[] = [
  // Addresses and TLS.
  {
    name: 'an address without a port',
    change: { 8: '    address: 127.0.0.1' },
    faults: [[8, 14, 'listeners.pg.address', /an address and a port/]],
  },
  {
    name: 'an address with a host name',
    change: { 8: '    address: pg.example:5432' },
    faults: [[8, 14, 'listeners.pg.address', /an address and a port/]],
  },
  {
    name: 'a port that does not exist',
    change: { 8: '    address: 127.0.0.1:70000' },
    faults: [[8, 14, 'listeners.pg.address', /an address and a port/]],
  },
  {
    name: 'tls off beyond loopback',
    change: { 8: '    address: 10.0.0.1:5432', 9: '    tls: off' },
    faults: [[9, 10, 'listeners.pg.tls', /in the clear at 10\.0\.0\.1:5432; use `tls: auto`/]],
  },
  {
    name: 'tls off on all interfaces',
    change: { 8: '    address: "[::]:5432"', 9: '    tls: off' },
    faults: [[9, 10, 'listeners.pg.tls', /in the clear/]],
  },
  {
    name: 'tls misspelt',
    change: { 9: '    tls: of' },
    faults: [[9, 10, 'listeners.pg.tls', /must be auto or off; did you mean `off`\?/]],
  },
  {
    name: 'a certificate without its key',
    change: { 9: '    tls: { cert: /nowhere/cert.pem }' },
    faults: [
      [9, 10, 'listeners.pg.tls', /`key` is missing/],
      [9, 18, 'listeners.pg.tls.cert', /there is no file at \/nowhere\/cert\.pem/],
    ],
  },
  {
    name: 'two listeners on one port',
    change: { 10: '  other: { protocol: postgres, address: 0.0.0.0:15432 }' },
    faults: [[10, 10, 'listeners.other', /is that of listener `pg` too/]],
  },
  {
    name: 'localhost is 127.0.0.1',
    change: { 10: '  other: { protocol: postgres, address: localhost:15432 }' },
    faults: [[10, 10, 'listeners.other', /is that of listener `pg` too/]],
  },
  {
    name: 'a listener on the port of the API',
    change: { 8: '    address: 127.0.0.1:8400' },
    faults: [[6, 3, 'listeners', /is that of the API too/]],
  },
  {
    name: 'a name that does not fit',
    change: { 6: '  PG one:' },
    faults: [[6, 3, 'listeners.PG one', /the name of a listener/]],
  },
  {
    name: 'no listener',
    change: { 5: 'listeners: {}', 6: null, 7: null, 8: null, 9: null, 10: null },
    faults: [[5, 12, 'listeners', /there is no listener here/]],
  },
  {
    name: 'the API in the clear beyond loopback',
    change: { 4: 'api: { address: 0.0.0.0:8400 }' },
    faults: [[4, 6, 'api', /plain HTTP; beyond loopback/]],
  },
  // Identity.
  {
    name: 'an http issuer beyond loopback',
    change: { 14: '      issuer: http://ci.example' },
    faults: [[14, 15, 'identity.issuers[0].issuer', /on loopback only/]],
  },
  {
    name: 'an http issuer that only begins like loopback',
    change: { 14: '      issuer: http://127.0.0.1.ci.example' },
    faults: [[14, 15, 'identity.issuers[0].issuer', /on loopback only/]],
  },
  {
    name: 'an issuer that is no URL',
    change: { 14: '      issuer: ci.example' },
    faults: [[14, 15, 'identity.issuers[0].issuer', /must be a URL/]],
  },
  {
    name: 'an issuer with a password',
    change: { 14: '      issuer: https://u:p@ci.example' },
    faults: [[14, 15, 'identity.issuers[0].issuer', /must not hold a user or a password/]],
  },
  {
    name: 'an issuer id with a slash',
    change: { 13: '    - id: a/b' },
    faults: [[13, 11, 'identity.issuers[0].id', /an id of letters/]],
  },
  {
    name: 'the same id twice',
    change: { 17: '    - { id: ci, issuer: "https://x.example", audience: s }' },
    faults: [[17, 7, 'identity.issuers[1]', /another issuer has this id/]],
  },
  {
    name: 'two issuers that accept the same',
    change: { 17: '    - { id: ci2, issuer: "https://ci.example", audience: sluice }' },
    faults: [[17, 7, 'identity.issuers[1]', /exactly the same tokens/]],
  },
  {
    name: 'no issuer',
    change: { 12: '  issuers: []', 13: null, 14: null, 15: null, 16: null },
    faults: [[12, 12, 'identity.issuers', /there is no issuer here/]],
  },
  {
    name: 'a profile that does not exist',
    change: { 16: '      profile: peple' },
    faults: [[16, 16, 'identity.issuers[0].profile', /did you mean `people`/]],
  },
  {
    name: 'a public platform without an owner',
    change: { 16: '      profile: github-actions' },
    faults: [[13, 7, 'identity.issuers[0]', /every repository on the platform/]],
  },
  {
    name: 'a required claim that is no text',
    change: { 16: '      require: { repository_owner_id: 9919 }' },
    faults: [[16, 39, 'identity.issuers[0].require.repository_owner_id', /put it in quotes/]],
  },
  {
    name: 'a required claim that accepts nothing',
    change: { 16: '      require: { kind: [] }' },
    faults: [[16, 24, 'identity.issuers[0].require.kind', /accepts nobody/]],
  },
  {
    name: 'a group with a space',
    change: { 16: '      groups: [the pipelines]' },
    faults: [[16, 16, 'identity.issuers[0].groups[0]', /the name of a group/]],
  },
  {
    name: 'a workload of nobody',
    change: { 17: '  workloads: [{ principal: other/x }]' },
    faults: [[17, 28, 'identity.workloads[0].principal', /its issuer is not in `identity\.issuers`/]],
  },
  {
    name: 'a workload twice',
    change: { 17: '  workloads: [{ principal: ci/x }, { principal: ci/x }]' },
    faults: [[17, 36, 'identity.workloads[1]', /listed twice/]],
  },
  {
    name: 'a day that does not exist',
    change: { 17: '  workloads: [{ principal: ci/x, expires: 2027-02-30 }]' },
    faults: [[17, 43, 'identity.workloads[0].expires', /no such day/]],
  },
  {
    name: 'an exchange with an unknown issuer',
    change: { 17: '  exchange: [{ subject: ci, actor: other }]' },
    faults: [[17, 36, 'identity.exchange[0].actor', /no issuer of this id/]],
  },
  {
    name: 'a ticket for a day',
    change: { 17: '  tickets: { lifetime: 1d }' },
    faults: [[17, 24, 'identity.tickets.lifetime', /a duration from 1m to 1h/]],
  },
  {
    name: 'a role that does not exist',
    change: { 17: '  roles: { approvers: [x] }' },
    faults: [[17, 12, 'identity.roles.approvers', /did you mean `approver`/]],
  },
  // Connections.
  {
    name: 'a connection name that no database could have',
    change: { 19: '  "my clinic":' },
    faults: [[19, 3, 'connections.my clinic', /the name of a connection/]],
  },
  {
    name: 'a host with a port',
    change: { 21: '    target: { host: "db:5432", database: d }' },
    faults: [[21, 21, 'connections.clinic.target.host', /without a port/]],
  },
  {
    name: 'a port that is text',
    change: { 21: '    target: { host: db, database: d, port: "5432" }' },
    faults: [[21, 44, 'connections.clinic.target.port', /a whole number from 1 to 65535/]],
  },
  {
    name: 'a password in the file',
    change: { 23: '      - { user: etl, password: hunter2 }' },
    faults: [
      [
        23,
        32,
        'connections.clinic.credentials[0].password',
        /^secrets do not stand in this file; use \{ env: NAME \} or \{ file: PATH \}\.$/,
      ],
    ],
  },
  {
    name: 'a password from two places',
    change: { 23: '      - { user: etl, password: { env: A, file: b } }' },
    faults: [[23, 32, 'connections.clinic.credentials[0].password', /exactly one of/]],
  },
  {
    name: 'a password from nowhere known',
    change: { 23: '      - { user: etl, password: { hunter2: x } }' },
    faults: [
      [
        23,
        32,
        'connections.clinic.credentials[0].password',
        /^secrets come from \{ env: NAME \} or \{ file: PATH \}\.$/,
      ],
    ],
  },
  {
    name: 'no credential',
    change: { 22: '    credentials: []', 23: null },
    faults: [[22, 18, 'connections.clinic.credentials', /there is no credential here/]],
  },
  {
    name: 'for a name',
    change: { 23: '      - { for: pipelines, user: etl }' },
    faults: [[23, 16, 'connections.clinic.credentials[0].for', /group:NAME or a principal/]],
  },
  {
    name: 'for a principal of nobody',
    change: { 23: '      - { for: other/x, user: etl }' },
    faults: [[23, 16, 'connections.clinic.credentials[0].for', /its issuer is not in/]],
  },
  {
    name: 'a credential behind the one for all',
    change: { 23: '      - { user: a }\n      - { for: group:x, user: b }' },
    faults: [[24, 9, 'connections.clinic.credentials[1]', /can never be used: the credential without `for`/]],
  },
  {
    name: 'a credential for the same',
    change: { 23: '      - { for: group:x, user: a }\n      - { for: group:x, user: b }' },
    faults: [[24, 9, 'connections.clinic.credentials[1]', /another credential above is for the same/]],
  },
  {
    name: 'a pattern of two parts',
    change: { 25: '      patients.ssn: ssn' },
    faults: [[25, 7, 'connections.clinic.protect.patients.ssn', /write schema\.table\.column/]],
  },
  {
    name: 'a pattern with an open quote',
    change: { 25: "      'public.\"patients.ssn': ssn" },
    faults: [[25, 7, 'connections.clinic.protect.public."patients.ssn', /double quote is not closed/]],
  },
  {
    name: 'the same columns twice',
    change: { 26: '      PUBLIC.Patients."ssn": name\nmasking:' },
    faults: [
      [
        26,
        7,
        'connections.clinic.protect.PUBLIC.Patients."ssn"',
        /`public\.patients\.ssn` above means the same columns/,
      ],
    ],
  },
  {
    name: 'a class with a space',
    change: { 25: '      public.patients.ssn: the ssn' },
    faults: [[25, 28, 'connections.clinic.protect.public.patients.ssn', /a class: letters/]],
  },
  {
    name: 'authorities that are not there',
    change: { 21: '    target: { host: db, database: d, ca: no.pem }' },
    faults: [[21, 42, 'connections.clinic.target.ca', /no file at \/etc\/sluice\/no\.pem/]],
  },
  // The rest.
  {
    name: 'a transform that does not exist',
    change: { 27: '  classes: { ssn: redacted }' },
    faults: [[27, 19, 'masking.classes.ssn', /did you mean `redact`/]],
  },
  {
    name: 'an empty transform',
    change: { 27: '  classes: { ssn: }' },
    faults: [[27, 14, 'masking.classes.ssn', /must be redact, null, year or tokenize/]],
  },
  {
    name: 'partial of what',
    change: { 27: '  classes: { ssn: partial }' },
    faults: [[27, 19, 'masking.classes.ssn', /\{ partial: \{ keepLast: 4 \} \}/]],
  },
  {
    name: 'partial that keeps nothing',
    change: { 27: '  classes: { ssn: { partial: { keepLast: 0 } } }' },
    faults: [[27, 42, 'masking.classes.ssn.partial.keepLast', /from 1 to 64/]],
  },
  {
    name: 'a preset that does not exist',
    change: { 27: '  preset: gdpr' },
    faults: [[27, 11, 'masking.preset', /must be hipaa-safe-harbor/]],
  },
  {
    name: 'policies that are not there',
    change: { 28: 'policies: ./none' },
    faults: [[28, 11, 'policies', /no folder at \/etc\/sluice\/none/]],
  },
  {
    name: 'a duration without a unit',
    change: { 28: 'approvals: { wait: 15 }' },
    faults: [[28, 20, 'approvals.wait', /a duration from 1s to 30d, such as 15m/]],
  },
  {
    name: 'a duration too long',
    change: { 28: 'approvals: { wait: 1y }' },
    faults: [[28, 20, 'approvals.wait', /a duration from/]],
  },
  {
    name: 'a size of a thousand',
    change: { 28: 'limits: { bindBytes: 16MB }' },
    faults: [[28, 22, 'limits.bindBytes', /a size from 1KiB to 1023MiB, such as 64KiB/]],
  },
  {
    name: 'a limit out of bounds',
    change: { 28: 'limits: { statementBytes: 2MiB }' },
    faults: [[28, 27, 'limits.statementBytes', /from 1KiB to 1MiB/]],
  },
  {
    name: 'a count of none',
    change: { 28: 'limits: { sessions: 0 }' },
    faults: [[28, 21, 'limits.sessions', /from 1 to 100000/]],
  },
  {
    name: 'a durability that does not exist',
    change: { 28: 'ledger: { durability: none }' },
    faults: [[28, 23, 'ledger.durability', /must be fsync or os/]],
  },
];

for (const { name, change, faults } of cases) test(name, () => assertFaults({ change, faults }));
