import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { matchEntry } from '../../../src/identity/match-entry.ts';
import { kubernetesIdentity } from '../../../src/identity/profiles/kubernetes.ts';
import { accountUid, goodToken, profileEntry } from '../profile-samples.ts';

const cluster = profileEntry('kubernetes');

describe('kubernetes', () => {
  test('names a service account by namespace and name and keeps pod, node and uid', () => {
    assert.deepEqual(kubernetesIdentity(goodToken('kubernetes'), cluster), {
      ok: true,
      value: {
        kind: 'workload',
        key: 'clinic/nightly-etl',
        display: 'clinic/nightly-etl',
        nature: 'service',
        onBehalfOf: null,
        origin: {
          ...unknownOrigin,
          platform: 'kubernetes',
          runId: '5e0c9b1a-1111-4222-8333-444455556666',
          job: 'nightly-etl-28390-x7k2p',
          environment: 'clinic',
          actor: 'system:serviceaccount:clinic:nightly-etl',
          actorId: accountUid,
          runner: 'node-1',
        },
      },
    });
  });

  test('an account that was made again under its name is refused where its uid is required', () => {
    const pinned = profileEntry('kubernetes', {
      require: new Map([
        ['kubernetes.io/namespace', ['clinic']],
        ['kubernetes.io/serviceaccount/uid', [accountUid]],
      ]),
    });
    assert.ok(matchEntry([pinned], goodToken('kubernetes')).ok);
    const again = goodToken('kubernetes', {
      'kubernetes.io': {
        namespace: 'clinic',
        serviceaccount: { name: 'nightly-etl', uid: accountUid.replace('7', '8') },
      },
    });
    const match = matchEntry([pinned], again);
    assert.ok(!match.ok);
    assert.match(match.error.message, /wants another value of the claim "kubernetes\.io\/serviceaccount\/uid"$/);
  });

  test('a token from a secret is refused with what to use instead', () => {
    const identity = kubernetesIdentity({ 'kubernetes.io/serviceaccount/namespace': 'clinic' }, cluster);
    assert.ok(!identity.ok);
    assert.match(identity.error.message, /from a secret of a service account/);
    assert.match(identity.error.hint ?? '', /serviceAccountToken/);
  });
});
