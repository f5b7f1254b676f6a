import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { githubActionsIdentity } from '../../../src/identity/profiles/github-actions.ts';
import { entry } from '../fixture.ts';

const github = entry({ id: 'github', profile: 'github-actions' });

/** The claims of a job as GitHub documents them, with synthetic values. */
const job = {
  sub: 'repo:clinic/etl:environment:production',
  repository: 'clinic/etl',
  repository_id: '123456789',
  repository_owner: 'clinic',
  repository_owner_id: '9919',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  ref_protected: 'true',
  sha: '0123456789abcdef0123456789abcdef01234567',
  workflow: 'nightly',
  workflow_ref: 'clinic/etl/.github/workflows/nightly.yml@refs/heads/main',
  workflow_sha: 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd',
  job_workflow_ref: 'clinic/shared/.github/workflows/load.yml@refs/tags/v1',
  check_run_id: '31415926535',
  event_name: 'schedule',
  run_id: '4242',
  run_number: '17',
  run_attempt: '1',
  runner_environment: 'github-hosted',
  environment: 'production',
  actor: 'dana',
  actor_id: '5',
};

describe('github-actions', () => {
  test('names a job by the id of its repository and keeps its origin', () => {
    assert.deepEqual(githubActionsIdentity(job, github), {
      ok: true,
      value: {
        kind: 'workload',
        key: '123456789',
        display: 'clinic/etl nightly',
        nature: 'ci-job',
        onBehalfOf: null,
        origin: {
          platform: 'github-actions',
          repository: 'clinic/etl',
          repositoryId: '123456789',
          workflow: 'clinic/etl/.github/workflows/nightly.yml@refs/heads/main',
          workflowCommit: 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd',
          jobWorkflow: 'clinic/shared/.github/workflows/load.yml@refs/tags/v1',
          ref: 'refs/heads/main',
          refProtected: 'true',
          declaredCommit: '0123456789abcdef0123456789abcdef01234567',
          runId: '4242',
          attempt: '1',
          job: '31415926535',
          trigger: 'schedule',
          environment: 'production',
          actor: 'dana',
          actorId: '5',
          runner: 'github-hosted',
        },
      },
    });
  });

  test('sub changes nothing, and what is not stated is unknown', () => {
    const identity = githubActionsIdentity({ repository_id: '1', sub: 'repo:evil/evil:ref:refs/heads/main' }, github);
    assert.ok(identity.ok);
    assert.equal(identity.value.key, '1');
    assert.equal(identity.value.display, 'unknown unknown');
    assert.equal(identity.value.origin.repository, 'unknown');
    assert.equal(identity.value.origin.environment, 'unknown');
  });

  for (const repository_id of [undefined, 123456789, '', 'clinic/etl', '1a', '١', '1'.repeat(21)]) {
    test(`refuses the repository id ${JSON.stringify(repository_id)}`, () => {
      const identity = githubActionsIdentity({ ...job, repository_id }, github);
      assert.ok(!identity.ok);
      assert.match(
        identity.error.message,
        /^the token has no repository id \(repository_id\), which names the principals of issuer "github"$/,
      );
    });
  }

  test('refuses an actor', () => {
    const identity = githubActionsIdentity({ ...job, act: { sub: 'x' } }, github);
    assert.ok(!identity.ok);
    assert.match(identity.error.message, /acts for nobody/);
  });
});
