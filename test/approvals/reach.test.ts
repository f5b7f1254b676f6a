import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runOf } from '../../src/approvals/binding.ts';
import { reachOfRequest } from '../../src/approvals/reach.ts';
import type { GrantScope } from '../../src/approvals/terms.ts';
import { idOf, originOf, request } from '../support/approval-samples.ts';

const shape = 'every statement of this shape on clinic by demo/nightly-etl';
const session = 'ses_01932f5e-7a4b-7c3d-8e2f-000000000001';

const cases: readonly (readonly [GrantScope, number, string])[] = [
  [
    'once',
    5_400_000,
    'this statement once, exactly as shown, by demo/nightly-etl on clinic, within 90 min of the decision',
  ],
  ['session', 7_200_000, `${shape} in session ${session}, for 2 h from the decision`],
  ['run', 86_400_000, `${shape} in run 42 of clinic/etl (github, attempt 1), for 1 d from the decision`],
  ['window', 45_000, `${shape}, for 45 s from the decision`],
];

describe('what a grant would cover', () => {
  for (const [scope, ttlMs, sentence] of cases) {
    test(`is said in a sentence: ${scope}`, () => {
      const { terms, binding } = request();
      const asked = request({ terms: { ...terms, scope, ttlMs }, binding: { ...binding, run: runOf(originOf('42')) } });
      assert.equal(reachOfRequest(asked), sentence);
    });
  }

  test('says of what, and for whom', () => {
    const { requester } = request();
    const asked = request({ subject: 'connect', requester: { ...requester, onBehalfOf: idOf('dana') } });
    assert.equal(
      reachOfRequest(asked),
      'one connection by demo/nightly-etl on behalf of demo/dana on clinic, within 1 h of the decision',
    );
  });
});
