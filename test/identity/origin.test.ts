import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../src/core/principal.ts';
import { isPlainText, originOf, textClaim } from '../../src/identity/origin.ts';

describe('originOf', () => {
  test('is unknown where the token says nothing', () => assert.deepEqual(originOf({}, 'unknown'), unknownOrigin));

  test('reads each claim into its field', () => {
    const claims = {
      repository: 'clinic/etl',
      repository_id: '42',
      workflow_ref: 'clinic/etl/.github/workflows/nightly.yml@refs/heads/main',
      workflow: 'nightly',
      ref: 'refs/heads/main',
      ref_protected: 'true',
      sha: 'c0ffee',
      run_id: '7',
      run_attempt: '2',
      environment: 'production',
      actor: 'dana',
      workflow_sha: 'beef',
      job_workflow_ref: 'clinic/shared/.github/workflows/load.yml@refs/tags/v1',
      check_run_id: '99',
      event_name: 'schedule',
      actor_id: '5',
      runner_environment: 'github-hosted',
    };
    assert.deepEqual(originOf(claims, 'github-actions'), {
      platform: 'github-actions',
      repository: 'clinic/etl',
      repositoryId: '42',
      workflow: 'clinic/etl/.github/workflows/nightly.yml@refs/heads/main',
      workflowCommit: 'beef',
      jobWorkflow: 'clinic/shared/.github/workflows/load.yml@refs/tags/v1',
      ref: 'refs/heads/main',
      refProtected: 'true',
      declaredCommit: 'c0ffee',
      runId: '7',
      attempt: '2',
      job: '99',
      trigger: 'schedule',
      environment: 'production',
      actor: 'dana',
      actorId: '5',
      runner: 'github-hosted',
    });
    assert.equal(originOf({ workflow: 'nightly' }, 'x').workflow, 'nightly');
  });

  test('what is no plain text is unknown', () => {
    for (const ref of [1, null, '', ['a'], 'a\nb', 'x'.repeat(513)])
      assert.equal(originOf({ ref }, 'x').ref, 'unknown');
  });
});

describe('plain text', () => {
  const cases: readonly [text: string, plain: boolean][] = [
    ['dana', true],
    ['Zoë Müller-漢字 (1)', true],
    ['spiffe://clinic/etl', true],
    ['x'.repeat(512), true],
    ['x'.repeat(513), false],
    ['', false],
    ['a\u0000', false],
    ['a\n', false],
    ['a\u202eb', false],
    ['a\u200bb', false],
    ['a\u2028b', false],
    ['a\ud800', false],
  ];
  for (const [text, plain] of cases) {
    test(`${JSON.stringify(text.slice(0, 20))} is ${plain ? '' : 'not '}plain`, () =>
      assert.equal(isPlainText(text), plain));
  }

  test('textClaim reads own claims only', () => {
    assert.equal(textClaim({ sub: 'a' }, 'sub'), 'a');
    assert.equal(textClaim({}, 'constructor'), null);
  });
});
