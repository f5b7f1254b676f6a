import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { instant } from '../../src/base/clock.ts';
import type { ConnectionName, SessionId } from '../../src/core/ids.ts';
import { type PrincipalId, unknownOrigin } from '../../src/core/principal.ts';
import type { LiveSession } from '../../src/engine/live-sessions.ts';
import { endTakenBack, takenBack } from '../../src/engine/taken-back.ts';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { KeySource } from '../../src/identity/key-source.ts';
import type { TokenSource } from '../../src/identity/token-source.ts';
import { claims, entry, keySourceOf, newSigner, type Signer, TestClock } from '../identity/fixture.ts';

const silent = entry({ id: 'silent', issuer: 'https://silent.example' });
const demo = entry();
let signer: Signer;
let source: TokenSource;
before(async () => {
  signer = await newSigner();
  const authenticator = new Authenticator([demo], keySourceOf(signer), new TestClock());
  const answer = await authenticator.authenticate(await signer.sign(claims()));
  assert.ok(answer.ok);
  const [found] = answer.value.sources;
  assert.ok(found !== undefined);
  source = found;
});

describe('an issuer that never answers', () => {
  test('delays neither the end of what is known nor the next comparison', async () => {
    const keys = keySourceOf(await newSigner());
    const never: KeySource = {
      keysFor: (of, keyId) => (of.id === 'silent' ? Promise.race([]) : keys.keysFor(of, keyId)),
    };
    const authenticator = new Authenticator([silent, demo], never, new TestClock());
    const other = new Authenticator([silent], keySourceOf(signer), new TestClock());
    const unanswered = await other.authenticate(await signer.sign(claims({ iss: 'https://silent.example' })));
    assert.ok(unanswered.ok);
    const ended: string[] = [];
    const live = [
      session('waits', unanswered.value.sources, ended),
      session('ends', [source], ended),
      session('ends too', [...unanswered.value.sources, source], ended),
    ];
    await endTakenBack({ authenticator, exchange: [] }, live);
    assert.deepEqual(ended, ['ends', 'ends too']);
  });
});

describe('two tokens that were exchanged together', () => {
  test('stand while the configuration lists their issuers in this order', async () => {
    const authenticator = new Authenticator([demo], keySourceOf(signer), new TestClock());
    const paired = { ...source, beside: 'azure' };
    const listed = [{ subject: 'azure', actor: 'demo' }];
    assert.equal(await takenBack({ authenticator, exchange: listed }, [paired]), null);
    assert.equal(await takenBack({ authenticator, exchange: [] }, [source]), null);
    for (const exchange of [[], [{ subject: 'demo', actor: 'azure' }]]) {
      const denial = await takenBack({ authenticator, exchange }, [paired]);
      assert.equal(denial?.message, 'tokens of issuer "azure" are no longer exchanged with those of "demo" as actor');
      assert.match(denial.hint ?? '', /^exchange again/);
      const ended: string[] = [];
      const live = [session('alone', [source], ended), session('paired', [paired], ended)];
      await endTakenBack({ authenticator, exchange }, live);
      assert.deepEqual(ended, ['paired']);
    }
  });
});

function session(id: string, sources: readonly TokenSource[], ended: string[]): LiveSession {
  const principal = {
    id: 'demo/etl' as PrincipalId,
    kind: 'workload',
    display: 'etl',
    issuer: 'demo',
    groups: [],
    nature: 'service',
    origin: unknownOrigin,
    onBehalfOf: null,
  } as const;
  const presented = { kind: 'jwt', tokenId: id, issuedAt: null, expiresAt: instant(1), authenticatedAt: null } as const;
  return {
    id: id as SessionId,
    principal: principal.id,
    proven: { principal, presented, sources },
    connection: 'clinic' as ConnectionName,
    leaseEnds: 0,
    restsOn: () => false,
    view: () => assert.fail('nobody asked'),
    terminate: () => {
      ended.push(id);
    },
  };
}
