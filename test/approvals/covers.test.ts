import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Asked, byWidth, covers } from '../../src/approvals/covers.ts';
import type { Grant } from '../../src/approvals/grant.ts';
import type { GrantScope } from '../../src/approvals/terms.ts';
import { instant } from '../../src/base/clock.ts';
import type { ConnectionName, GrantId, SessionId } from '../../src/core/ids.ts';
import { clinic, idOf, noon, request } from '../support/approval-samples.ts';

const needs = [{ access: 'update on public.patients', policies: [], groups: ['compliance', 'dba'], quorum: 1 }];
const binding = { digest: 'd', fingerprint: 'f', tables: ['update public.patients'], run: 'run-1', policies: 'p' };
const session = 'ses-1' as SessionId;
const asked: Asked = {
  subject: 'statement',
  principal: idOf('nightly-etl'),
  onBehalfOf: null,
  connection: clinic,
  session,
  binding,
  needs,
};
const asFiled = request({
  binding,
  terms: {
    needs: [{ ...needs[0], access: 'update on public.patients', policies: [], groups: ['compliance'], quorum: 1 }],
    scope: 'once',
    ttlMs: 1,
  },
});
const everyScope: readonly GrantScope[] = ['once', 'session', 'run', 'window'];

function grant(scope: GrantScope, more: Partial<Grant> = {}): Grant {
  return {
    id: `grt-${scope}` as GrantId,
    state: 'active',
    kind: { kind: 'approval', approval: asFiled.id, subject: 'statement', scope, session, binding },
    principal: idOf('nightly-etl'),
    connection: clinic,
    by: [idOf('dana')],
    grantedAt: noon,
    expiresAt: instant(noon + 1000),
    uses: 0,
    lastSeenAt: null,
    endedAt: null,
    revokedBy: null,
    ...more,
  };
}

const emergency = { kind: { kind: 'break-glass', rationale: 'outage', review: null } } as const;

/** What is changed about the thing that is asked, and the scopes that cover it all the same. */
const changes: readonly (readonly [string, Partial<Asked>, readonly GrantScope[]])[] = [
  ['nothing', {}, everyScope],
  ['exact form', { binding: { ...binding, digest: 'x' } }, ['session', 'run', 'window']],
  ['shape', { binding: { ...binding, fingerprint: 'x', digest: 'x' } }, []],
  ['tables', { binding: { ...binding, tables: ['update public.claims'] } }, []],
  ['one table more', { binding: { ...binding, tables: [...binding.tables, 'select public.claims'] } }, []],
  ['no tables', { binding: { ...binding, tables: [] } }, []],
  ['policies, with the same needs', { binding: { ...binding, policies: 'q' } }, ['once']],
  [
    'policies, with a larger quorum',
    {
      binding: { ...binding, policies: 'q' },
      needs: [{ access: 'update on public.patients', policies: [], groups: ['compliance'], quorum: 2 }],
    },
    [],
  ],
  [
    'policies, with other approvers',
    {
      binding: { ...binding, policies: 'q' },
      needs: [{ access: 'update on public.patients', policies: [], groups: ['dba'], quorum: 1 }],
    },
    [],
  ],
  [
    'policies, with another need',
    {
      binding: { ...binding, policies: 'q' },
      needs: [...needs, { access: 'select on public.claims', policies: [], groups: ['compliance'], quorum: 1 }],
    },
    [],
  ],
  ['session', { session: 'ses-2' as SessionId }, ['run', 'window']],
  ['run', { binding: { ...binding, run: 'run-2' } }, ['once', 'session', 'window']],
  ['run, which is not known', { binding: { ...binding, run: null } }, ['once', 'session', 'window']],
  ['principal', { principal: idOf('other') }, []],
  ['person it acts for', { onBehalfOf: idOf('sam') }, []],
  ['connection', { connection: 'records' as ConnectionName }, []],
  ['subject', { subject: 'connect' }, []],
];

describe('a grant', () => {
  for (const [what, change, scopes] of changes) {
    test(`after a change of ${what} covers as: ${scopes.join(', ') || 'nothing'}`, () => {
      const covering = everyScope.filter((scope) => covers(grant(scope), asFiled, { ...asked, ...change }, noon));
      assert.deepEqual(covering, scopes);
    });
  }

  test('for once, of a request that nobody waits for, covers its retry in any session', () => {
    const elsewhere = { ...asked, session: 'ses-2' as SessionId };
    assert.ok(covers(grant('once'), { ...asFiled, waits: false }, elsewhere, noon));
    assert.ok(!covers(grant('once'), { ...asFiled, waits: true }, elsewhere, noon));
  });

  test('covers nothing once it is over, whatever its state says, nor without the request behind it', () => {
    for (const scope of everyScope) {
      assert.ok(covers(grant(scope), asFiled, asked, instant(noon + 999)));
      assert.ok(!covers(grant(scope), asFiled, asked, instant(noon + 1000)));
      assert.ok(!covers(grant(scope), null, asked, noon));
      for (const state of ['used', 'expired', 'revoked', 'completed'] as const) {
        assert.ok(!covers(grant(scope, { state }), asFiled, asked, noon), `${scope} ${state}`);
      }
    }
  });

  test('of two groups does not stand for one of them after policies have changed', () => {
    const [need] = asFiled.terms.needs;
    assert.ok(need !== undefined);
    const ofEither = { ...asFiled, terms: { ...asFiled.terms, needs: [{ ...need, groups: ['compliance', 'dba'] }] } };
    const now = { ...asked, binding: { ...binding, policies: 'q' }, needs: [need] };
    assert.ok(covers(grant('once'), asFiled, now, noon));
    assert.ok(!covers(grant('once'), ofEither, now, noon));
  });

  test('of a run that is not known covers no other run that is not known', () => {
    const nowhere = { ...binding, run: null };
    const one = grant('run');
    const kind = { ...one.kind, binding: nowhere };
    assert.ok(!covers({ ...one, kind } as Grant, asFiled, { ...asked, binding: nowhere }, noon));
  });

  test('of a connection covers no statement', () => {
    for (const scope of everyScope) {
      const one = grant(scope);
      const kind = { ...one.kind, subject: 'connect' };
      assert.ok(!covers({ ...one, kind } as Grant, asFiled, asked, noon), scope);
    }
  });

  test('of a break-glass covers whatever is held for the principal on the connection, until it is over', () => {
    const open = grant('window', emergency);
    const covering = changes.filter(([, change]) => covers(open, null, { ...asked, ...change }, noon));
    const not = changes.filter((change) => !covering.includes(change)).map(([what]) => what);
    assert.deepEqual(not, ['principal', 'connection']);
    assert.ok(!covers(open, null, asked, open.expiresAt));
    assert.ok(!covers({ ...open, state: 'revoked' }, null, asked, noon));
  });

  test('covers no other binding, whichever one it is', () => {
    const word = fc.constantFrom('d', 'f', 'p', 'run-1', 'x', 'y');
    const other = fc.record({
      digest: word,
      fingerprint: word,
      tables: fc.array(fc.constantFrom('update public.patients', 'select public.claims'), { maxLength: 2 }),
      run: fc.option(word),
      policies: fc.constant('p'),
    });
    fc.assert(
      fc.property(fc.constantFrom(...everyScope), other, (scope, drawn) => {
        if (!covers(grant(scope), asFiled, { ...asked, binding: drawn }, noon)) return;
        assert.deepEqual(drawn.tables, binding.tables);
        if (scope === 'once') assert.equal(drawn.digest, binding.digest);
        else assert.equal(drawn.fingerprint, binding.fingerprint);
        if (scope === 'run') assert.equal(drawn.run, binding.run);
      }),
      { numRuns: 2000 },
    );
  });
});

test('the narrowest is used first, then what ends first', () => {
  const later = grant('once', { id: 'grt-later' as GrantId, expiresAt: instant(noon + 2000) });
  const open = grant('window', { ...emergency, id: 'grt-open' as GrantId });
  const all = [open, grant('window'), later, grant('run'), grant('session'), grant('once')].sort(byWidth);
  assert.deepEqual(
    all.map(({ id }) => id),
    ['grt-once', 'grt-later', 'grt-session', 'grt-run', 'grt-window', 'grt-open'],
  );
});
