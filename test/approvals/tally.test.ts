import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApprovalDecision } from '../../src/approvals/approval-request.ts';
import { given, tally } from '../../src/approvals/tally.ts';
import type { Need } from '../../src/approvals/terms.ts';
import { idOf, noon } from '../support/approval-samples.ts';

const need = (groups: readonly string[], quorum: number): Need => ({ access: 'x', policies: [], groups, quorum });
const by = (name: string, groups: readonly string[], verdict: ApprovalDecision['verdict'] = 'approve') => ({
  by: idOf(name),
  groups,
  verdict,
  rationale: 'because',
  at: noon,
});
const [dana, sam, both] = [by('dana', ['a']), by('sam', ['a']), by('kim', ['a', 'b'])];

const cases: readonly (readonly [string, readonly Need[], readonly ApprovalDecision[], string])[] = [
  ['nobody', [need(['a'], 1)], [], 'pending'],
  ['one of one', [need(['a'], 1)], [dana], 'approved'],
  ['one of two', [need(['a'], 2)], [dana], 'pending'],
  ['the same one twice', [need(['a'], 2)], [dana, dana], 'pending'],
  ['two of two', [need(['a'], 2)], [dana, sam], 'approved'],
  ['another group', [need(['b'], 1)], [dana], 'pending'],
  ['either group', [need(['b', 'a'], 1)], [dana], 'approved'],
  ['one need of two', [need(['a'], 1), need(['b'], 1)], [dana], 'pending'],
  ['one person in the groups of both needs', [need(['a'], 1), need(['b'], 1)], [both], 'approved'],
  ['and in a quorum of two of one of them', [need(['a'], 2), need(['b'], 1)], [both], 'pending'],
  ['with another person', [need(['a'], 2), need(['b'], 1)], [both, dana], 'approved'],
  ['a denial among approvals', [need(['a'], 1)], [dana, by('sam', ['a'], 'deny')], 'denied'],
  ['no need at all', [], [dana], 'pending'],
];

describe('decisions come to', () => {
  for (const [what, needs, decisions, comesTo] of cases) {
    test(`${what}: ${comesTo}`, () => assert.equal(tally({ needs, scope: 'once', ttlMs: 1 }, decisions), comesTo));
  }
});

test('a denial is not counted for a quorum', () => {
  assert.equal(given(need(['a'], 2), [dana, by('sam', ['a'], 'deny')]), 1);
});
