import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '../../src/base/clock.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import type { AuthenticatedToken } from '../../src/identity/authenticated.ts';
import { type ExchangePair, exchangedPrincipal, restsOnPair } from '../../src/identity/exchange.ts';
import type { Party } from '../../src/identity/party.ts';

const issuer = 'https://issuer.example';

function token(id: string, principal: Partial<Principal>, party: Partial<Party> = {}): AuthenticatedToken {
  const [entry = '', key = ''] = id.split('/');
  return {
    principal: {
      id: principalId(entry, key),
      kind: 'workload',
      display: key,
      issuer: entry,
      groups: [`group-of-${key}`],
      nature: 'service',
      origin: unknownOrigin,
      onBehalfOf: null,
      ...principal,
    },
    presented: { kind: 'jwt', tokenId: key, issuedAt: null, expiresAt: instant(1), authenticatedAt: null },
    sources: [],
    connection: null,
    party: { issuer, subject: key, mayAct: null, ...party },
  };
}

const origin = { ...unknownOrigin, runId: '4711', declaredCommit: 'c0ffee' };
const app = token('entra/app', {});
const job = token('github/77', { nature: 'ci-job', origin });
const dana = token('people/dana', { kind: 'user', nature: 'person' });
const danaFor = (subject: string, at = issuer) =>
  token('people/dana', { kind: 'user', nature: 'person' }, { mayAct: { issuer: at, subject } });
const agent = token('agents/helper', {});
const acting = token('agents/busy', { nature: 'agent', onBehalfOf: dana.principal.id });
const pair = (subject: string, actor: string): readonly ExchangePair[] => [{ subject, actor }];

const forDana = { ...agent.principal, nature: 'agent', onBehalfOf: dana.principal.id } as const;
const cases: readonly (readonly [
  name: string,
  subject: AuthenticatedToken,
  actor: AuthenticatedToken | null,
  pairs: readonly ExchangePair[],
  expected: Principal | RegExp,
])[] = [
  ['one token is its own principal', app, null, [], app.principal],
  [
    'a listed CI job gives its origin and nothing else',
    app,
    job,
    pair('entra', 'github'),
    { ...app.principal, origin },
  ],
  ['a pair that is not listed', app, job, [], /identity\.exchange does not list the two/],
  ['a pair the other way round', app, job, pair('github', 'entra'), /does not list the two/],
  ['an actor that is no CI job', app, agent, pair('entra', 'agents'), /this token is of no CI job/],
  ['a listed agent acts for a person', dana, agent, pair('people', 'agents'), forDana],
  ['a named agent acts for a person', danaFor('helper'), agent, [], forDana],
  ['an agent that is not named', danaFor('another'), agent, [], /does not name the actor \(may_act\)/],
  ['its namesake at another issuer', danaFor('helper', 'https://o.example'), agent, [], /does not name the actor/],
  ['nobody is named', dana, agent, [], /does not name the actor/],
  ['a person as actor', app, dana, pair('entra', 'people'), /only workloads act for somebody/],
  ['an actor that acts already', danaFor('busy'), acting, pair('people', 'agents'), /acts for a person already/],
];

for (const [name, subject, actor, pairs, expected] of cases) {
  test(name, () => {
    const answer = exchangedPrincipal(subject, actor, pairs);
    if (expected instanceof RegExp) assert.match(answer.ok ? 'accepted' : answer.error, expected);
    else assert.deepEqual(answer, { ok: true, value: expected });
  });
}

test('only a person whose token names the actor does without a listed pair', () => {
  assert.equal(restsOnPair(danaFor('helper'), agent), false);
  assert.equal(restsOnPair(dana, agent), true);
  assert.equal(restsOnPair(danaFor('another'), agent), true);
  assert.equal(restsOnPair(app, job), true);
});

test('nobody is named by a subject that does not make the principal', () => {
  const azure = token('entra/object', {}, { subject: null });
  assert.ok(!exchangedPrincipal(danaFor('object'), azure, []).ok);
});
