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
    const identity = gitlabCiIdentity(
      { project_id: '20', pipeline_id: '1', job_id: '2', ref: 'main', ref_type: 'branch' },
      gitlab,
    );
    assert.ok(identity.ok);
    const { ref, workflow, environment, runner } = identity.value.origin;
    assert.deepEqual([ref, workflow, environment, runner], ['refs/heads/main', 'unknown', 'unknown', 'unknown']);
    assert.equal(identity.value.display, 'unknown');
  });

  const refOf = (claims: Record<string, unknown>): string => {
    const identity = gitlabCiIdentity(goodToken('gitlab-ci', claims), gitlab);
    return identity.ok ? identity.value.origin.ref : identity.error.message;
  };

  test('a tag that is named like a branch is a tag', () => {
    const older = { ref: 'refs/heads/main', ref_path: undefined };
    assert.equal(refOf({ ...older, ref_type: 'tag' }), 'refs/tags/refs/heads/main');
    assert.equal(refOf({ ...older, ref_type: 'branch' }), 'refs/heads/refs/heads/main');
    for (const ref_type of [undefined, 'other', 1]) assert.match(refOf({ ...older, ref_type }), /\(ref_type\)/);
    assert.equal(refOf({ ref: undefined, ref_path: null, ref_type: undefined }), 'unknown');
  });

  test('a branch so long that its ref_path cannot be read is refused', () => {
    const branch = 'b'.repeat(511);
    assert.match(refOf({ ref: branch, ref_path: `refs/heads/${branch}` }), /cannot be read: the claim "ref_path"/);
  });

  test('what GitLab has nothing to say about is null', () => {
    const identity = gitlabCiIdentity(goodToken('gitlab-ci', { ci_config_ref_uri: null, ci_config_sha: null }), gitlab);
    assert.ok(identity.ok && identity.value.origin.workflow === 'unknown');
  });

  test('a refusal says where to request a token', () => {
    const identity = gitlabCiIdentity(goodToken('gitlab-ci', { job_id: 302 }), gitlab);
    assert.ok(!identity.ok);
    assert.equal(identity.error.message, 'the token has no job (job_id), which issuer "gitlab-ci" must state');
    assert.equal(identity.error.hint, 'request it in a job of GitLab CI, under id_tokens');
  });
});
