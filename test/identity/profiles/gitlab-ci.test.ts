import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gitlabCiIdentity } from '../../../src/identity/profiles/gitlab-ci.ts';
import { goodToken, profileEntry } from '../profile-samples.ts';

const gitlab = profileEntry('gitlab-ci');

describe('gitlab-ci', () => {
  test('names a job by the id of its project and keeps its origin', () => {
    assert.deepEqual(gitlabCiIdentity(goodToken('gitlab-ci'), gitlab), {
      ok: true,
      value: {
        kind: 'workload',
        key: '20',
        display: 'clinic/etl',
        nature: 'ci-job',
        onBehalfOf: null,
        origin: {
          platform: 'gitlab-ci',
          repository: 'clinic/etl',
          repositoryId: '20',
          workflow: 'gitlab.clinic.example/clinic/etl//.gitlab-ci.yml@refs/heads/main',
          workflowCommit: '0123456789abcdef0123456789abcdef01234567',
          jobWorkflow: 'unknown',
          ref: 'refs/heads/main',
          refProtected: 'true',
          declaredCommit: '0123456789abcdef0123456789abcdef01234567',
          runId: '574',
          attempt: 'unknown',
          job: '302',
          trigger: 'schedule',
          environment: 'production',
          actor: 'dana',
          actorId: '1',
          runner: 'self-hosted',
        },
      },
    });
  });

  test('an older instance states less: unknown, never empty', () => {
    const identity = gitlabCiIdentity({ project_id: '20', pipeline_id: '1', job_id: '2', ref: 'main' }, gitlab);
    assert.ok(identity.ok);
    const { ref, workflow, environment, runner } = identity.value.origin;
    assert.deepEqual([ref, workflow, environment, runner], ['main', 'unknown', 'unknown', 'unknown']);
    assert.equal(identity.value.display, 'unknown');
  });

  test('a refusal says where to request a token', () => {
    const identity = gitlabCiIdentity(goodToken('gitlab-ci', { job_id: 302 }), gitlab);
    assert.ok(!identity.ok);
    assert.equal(identity.error.message, 'the token has no job (job_id), which issuer "gitlab-ci" must state');
    assert.equal(identity.error.hint, 'request it in a job of GitLab CI, under id_tokens');
  });
});
