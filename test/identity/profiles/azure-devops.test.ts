import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { azureDevopsIdentity } from '../../../src/identity/profiles/azure-devops.ts';
import { goodToken, organisation, profileEntry } from '../profile-samples.ts';

const devops = profileEntry('azure-devops');

describe('azure-devops', () => {
  test('names a run by the ids of its project and pipeline and keeps its origin', () => {
    assert.deepEqual(azureDevopsIdentity(goodToken('azure-devops'), devops), {
      ok: true,
      value: {
        kind: 'workload',
        key: '271ef6f7-0000-4000-8000-4b54d9129990/12',
        display: 'p://clinic/etl/nightly',
        nature: 'ci-job',
        onBehalfOf: null,
        origin: {
          ...unknownOrigin,
          platform: 'azure-devops',
          repository: 'https://github.com/clinic/etl.git',
          repositoryId: 'clinic/etl',
          workflow: 'p://clinic/etl/nightly',
          ref: 'refs/heads/main',
          declaredCommit: '0123456789abcdef0123456789abcdef01234567',
          runId: '345',
        },
      },
    });
  });

  test('is of the organisation of its issuer only', () => {
    for (const issuer of [`https://vstoken.dev.azure.com/${organisation}/`, 'https://vstoken.dev.azure.com']) {
      const identity = azureDevopsIdentity(goodToken('azure-devops'), profileEntry('azure-devops', { issuer }));
      assert.ok(!identity.ok);
      assert.match(identity.error.message, /of another organisation of Azure DevOps \(org_id\)/);
    }
  });

  test('a token of a service connection is refused with the way to one that is not', () => {
    const identity = azureDevopsIdentity({ sub: 'sc://clinic/etl/production' }, devops);
    assert.ok(!identity.ok);
    assert.match(identity.error.hint ?? '', /without a serviceConnectionId$/);
  });
});
