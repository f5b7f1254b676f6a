import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ok } from '../../src/base/result.ts';
import { unknownOrigin } from '../../src/core/principal.ts';
import { isPlainText, originOf, textClaim } from '../../src/identity/origin.ts';

describe('originOf', () => {
  test('is unknown where the token says nothing', () => assert.deepEqual(originOf({}, 'unknown'), ok(unknownOrigin)));

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
    const expected = {
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
    };
    assert.deepEqual(originOf(claims, 'github-actions'), ok(expected));
    const named = originOf({ workflow: 'nightly' }, 'x');
    assert.ok(named.ok && named.value.workflow === 'nightly');
  });

  test('what says nothing is unknown, and numbers and booleans are text', () => {
    for (const ref of [null, '']) assert.deepEqual(originOf({ ref }, 'unknown'), ok(unknownOrigin));
    const counted = { ...unknownOrigin, runId: '7', refProtected: 'true' };
    assert.deepEqual(originOf({ run_id: 7, ref_protected: true }, 'unknown'), ok(counted));
  });

  const unreadable = [['a'], {}, 1.5, 'a\nb', 'refs/heads/\u200bmain', 'x'.repeat(513)];
  for (const value of unreadable) {
    test(`refuses ${JSON.stringify(value).slice(0, 24)} rather than calling it unknown`, () => {
      const origin = originOf({ ref: value }, 'x');
      assert.ok(!origin.ok);
      assert.match(origin.error.message, /^the origin of the token cannot be read: the claim "ref" is not plain text/);
    });

    test(`a workflow_ref of ${JSON.stringify(value).slice(0, 24)} gives no way to the free text of the author`, () => {
      const origin = originOf({ workflow_ref: value, workflow: 'c/e/.github/workflows/a.yml@refs/heads/main' }, 'x');
      assert.match(origin.ok ? 'accepted' : origin.error.message, /the claim "workflow_ref"/);
    });
  }

  test('free text beside a workflow_ref may be anything', () => {
    const origin = originOf({ workflow_ref: 'c/e/a.yml@refs/heads/main', workflow: 'x\u200d' }, 'x');
    assert.ok(origin.ok && origin.value.workflow === 'c/e/a.yml@refs/heads/main');
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
