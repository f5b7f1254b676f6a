import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryLine } from '../../src/cli/entry-line.ts';
import { unknownOrigin } from '../../src/core/principal.ts';
import type { LedgerEvent } from '../../src/ledger/event.ts';
import { decided, envelope } from '../ledger/sample-events.ts';

const session = 'ses_1';
const source = { address: '::1', port: 4000, tls: true } as const;
const opened: LedgerEvent = {
  type: 'session.opened',
  session,
  listener: 'pg',
  connection: 'clinic',
  principal: 'demo/coding-agent',
  onBehalfOf: 'people/dana',
  groups: ['agents'],
  origin: unknownOrigin,
  owner: 'dana',
  purpose: null,
  token: { kind: 'jwt', id: 'jti', expiresAt: envelope.time },
  source,
  target: { host: 'db', port: 5432, database: 'clinic', user: 'sluice', backendPid: 7 },
  policy: 'd1',
  catalogue: 'c1',
  scope: [],
};
const issued: LedgerEvent = {
  type: 'ticket.issued',
  ticket: 'tkt_1',
  principal: 'demo/coding-agent',
  onBehalfOf: 'people/dana',
  groups: ['agents'],
  origin: unknownOrigin,
  connection: null,
  tokens: [{ role: 'subject', issuer: 'people', id: 'jti' }],
  expiresAt: envelope.time,
  source,
};
const ended = { session, statements: 2, rows: '3', bytes: '40', durationMs: 5 } as const;
const refused = {
  type: 'session.refused',
  session,
  listener: 'pg',
  code: 'token_refused',
  policies: [],
  source,
} as const;

const need = { access: 'update on public.patients', policies: ['p'], quorum: 1 };
const requested: LedgerEvent & { readonly type: 'approval.requested' } = {
  type: 'approval.requested',
  approval: 'apr_1',
  subject: 'statement',
  session,
  statement: 'stm_1',
  principal: 'demo/etl',
  owner: null,
  onBehalfOf: 'people/dana',
  connection: 'clinic',
  verb: 'update',
  text: 'update patients set status = $1',
  digest: 'ab',
  tables: ['public.patients'],
  classes: [],
  needs: [
    { ...need, groups: ['compliance'] },
    { ...need, groups: ['compliance', 'privacy'] },
  ],
  scope: 'once',
  waits: true,
  reason: null,
  purpose: null,
  expiresAt: envelope.time,
};
const granted: LedgerEvent & { readonly type: 'grant.issued' } = {
  type: 'grant.issued',
  grant: 'grt_1',
  kind: 'approval',
  approval: 'apr_1',
  scope: 'once',
  principal: 'demo/etl',
  connection: 'clinic',
  session: null,
  by: ['people/dana'],
  rationale: null,
  expiresAt: envelope.time,
};

const lines: readonly (readonly [LedgerEvent, string])[] = [
  [{ type: 'gateway.started', version: '0.1.0', durability: 'os' }, 'version 0.1.0, durability os'],
  [{ type: 'gateway.stopped' }, ''],
  [
    { type: 'journal.repaired', droppedBytes: '12', droppedDigest: 'ab' },
    'cut off 12 bytes of an entry that was never acknowledged',
  ],
  [
    { type: 'journal.resumed', fault: 'ENOSPC', refused: 4 },
    'entries can be written again after ENOSPC; 4 refused meanwhile',
  ],
  [
    { type: 'configuration.loaded', digest: '0123456789abcdef', connections: ['clinic'], issuers: ['demo', 'people'] },
    'connections clinic; issuers demo, people; digest 0123456789ab',
  ],
  [{ type: 'policy.loaded', digest: 'd1', policies: [] }, 'policies none; digest d1'],
  [
    { type: 'catalogue.loaded', connection: 'clinic', version: 'v', relations: 7, protectedColumns: 17 },
    'clinic: 7 relations, 17 protected columns',
  ],
  [{ type: 'catalogue.failed', connection: 'clinic', code: 'target_unreachable' }, 'clinic: target_unreachable'],
  [opened, 'ses_1 demo/coding-agent for people/dana on clinic, from [::1]:4000'],
  [
    { ...opened, onBehalfOf: null, source: { ...source, address: '10.0.0.1' } } as LedgerEvent,
    'ses_1 demo/coding-agent on clinic, from 10.0.0.1:4000',
  ],
  [{ ...refused, connection: null, principal: null }, 'token_refused: nobody known, from [::1]:4000'],
  [{ ...refused, connection: 'clinic', principal: 'demo/etl' }, 'token_refused: demo/etl on clinic, from [::1]:4000'],
  [{ type: 'session.closed', ...ended, reason: 'client-left', code: null }, 'ses_1 client-left: 2 statements, 3 rows'],
  [
    { type: 'session.closed', ...ended, reason: 'ended', code: 'idle_timeout' },
    'ses_1 idle_timeout: 2 statements, 3 rows',
  ],
  [issued, `tkt_1 for demo/coding-agent for people/dana, from [::1]:4000, until ${envelope.time}`],
  [
    { type: 'ticket.refused', error: 'invalid_request', code: 'token_refused', principal: null, actor: null, source },
    'token_refused: nobody known, from [::1]:4000',
  ],
  [
    { type: 'ticket.revoked', ticket: 'tkt_1', principal: 'demo/etl', by: 'people/ada', sessions: 20 },
    'tkt_1 of demo/etl by people/ada; live sessions ended: 20',
  ],
  [
    { type: 'token.denied', token: 'jti', by: 'people/ada', until: envelope.time, sessions: 2 },
    `jti by people/ada until ${envelope.time}; live sessions ended: 2`,
  ],
  [decided({ statement: 'stm_1', text: 'select $1' }), 'stm_1 allow (pipelines-read): select $1'],
  [
    decided({ statement: 'stm_1', decision: 'deny', code: 'policy_denied', text: null, verb: 'drop' }),
    'stm_1 deny (policy_denied, pipelines-read): drop',
  ],
  [decided({ statement: 'stm_1', policies: [], text: 'begin' }), 'stm_1 allow: begin'],
  [
    {
      ...{ type: 'statement.completed', session, statement: 'stm_1', result: 'completed', sqlstate: null },
      ...{ rows: '3', bytes: '40', durationMs: 5 },
      masks: [{ column: 'public.patients.ssn', class: 'ssn', transform: 'redact', cells: '3' }],
    },
    'stm_1 completed, 3 rows; masked cells: public.patients.ssn redact 3',
  ],
  [
    {
      ...{ type: 'statement.completed', session, statement: 'stm_1', result: 'failed', sqlstate: '23505' },
      ...{ rows: '0', bytes: '0', durationMs: 5, masks: [] },
    },
    'stm_1 failed 23505, 0 rows',
  ],
  [
    { type: 'statement.own', connection: 'clinic', purpose: 'catalogue', text: 'select oid' },
    'catalogue of clinic: select oid',
  ],
  [
    { type: 'principal.disabled', principal: 'demo/etl', by: 'people/ada', sessions: 2 },
    'demo/etl by people/ada; live sessions ended: 2',
  ],
  [{ type: 'principal.enabled', principal: 'demo/etl', by: 'people/ada' }, 'demo/etl by people/ada'],
  [{ type: 'session.terminated', session, by: 'people/ada' }, 'ses_1 by people/ada'],
  [requested, 'apr_1 of compliance, privacy for demo/etl for people/dana: update patients set status = $1'],
  [{ ...requested, onBehalfOf: null, text: null }, 'apr_1 of compliance, privacy for demo/etl: update'],
  [
    { ...requested, subject: 'connect', text: null },
    'apr_1 of compliance, privacy for demo/etl for people/dana: to open a session on clinic',
  ],
  [
    {
      ...{ type: 'approval.decided', approval: 'apr_1', by: 'people/dana', verdict: 'approve', groups: ['compliance'] },
      ...{ rationale: 'ab', authenticatedAt: envelope.time },
    },
    'apr_1 approve by people/dana',
  ],
  [
    { type: 'approval.refused', approval: 'apr_1', by: 'demo/etl', act: 'approve', code: 'forbidden' },
    'forbidden: approve of apr_1 by demo/etl',
  ],
  [
    { type: 'approval.refused', approval: null, by: 'demo/etl', act: 'break-glass', code: 'forbidden' },
    'forbidden: break-glass by demo/etl',
  ],
  [{ type: 'approval.ended', approval: 'apr_1', state: 'approved', why: null }, 'apr_1 approved'],
  [
    { type: 'approval.ended', approval: 'apr_1', state: 'withdrawn', why: 'client-left' },
    'apr_1 withdrawn (client-left)',
  ],
  [{ type: 'approval.revealed', approval: 'apr_1', by: 'people/omar' }, 'apr_1 to people/omar'],
  [granted, `grt_1 once for demo/etl on clinic by people/dana, until ${envelope.time}`],
  [
    { ...granted, kind: 'break-glass' },
    `grt_1 BREAK-GLASS for demo/etl on clinic by people/dana, until ${envelope.time}`,
  ],
  [{ type: 'grant.ended', grant: 'grt_1', state: 'used', by: null, uses: 1 }, 'grt_1 used; uses: 1'],
  [
    { type: 'grant.ended', grant: 'grt_1', state: 'revoked', by: 'people/dana', uses: 1 },
    'grt_1 revoked by people/dana; uses: 1',
  ],
  [{ type: 'grant.reviewed', grant: 'grt_1', by: 'people/omar', findings: 'ab' }, 'grt_1 by people/omar'],
];

for (const [event, line] of lines) {
  test(`${event.type}: ${line}`, () => assert.equal(entryLine({ v: 1, ...envelope, ...event }), line));
}

test('a long statement is cut, and takes one line', () => {
  const line = entryLine({ v: 1, ...envelope, ...decided({ text: `select\n  ${'a, '.repeat(200)}b` }) });
  assert.equal(line.length, 200);
  assert.match(line, /: select a, a, .*…$/);
});

test('an entry of a newer gateway is shown as it is', () => {
  const entry = { v: 1, ...envelope, type: 'recording.closed', recording: 'rec_1' };
  assert.deepEqual(JSON.parse(entryLine(JSON.parse(JSON.stringify(entry)))), entry);
});
