import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { groupsOf } from '../../src/identity/groups.ts';
import { entry } from './fixture.ts';

describe('groupsOf', () => {
  const mapped = new Map([
    ['r-1', 'readers'],
    ['r-2', 'pipelines'],
  ]);
  const cases: readonly [
    name: string,
    mapping: ReadonlyMap<string, string> | null,
    claims: Record<string, unknown>,
    expected: string[] | null,
  ][] = [
    ['no claim', null, {}, ['pipelines']],
    ['one string', null, { roles: 'readers' }, ['pipelines', 'readers']],
    ['a string with a blank is one group', null, { roles: 'a b' }, ['pipelines', 'a b']],
    ['a list', null, { roles: ['a', 'b', 'a', 'pipelines'] }, ['pipelines', 'a', 'b']],
    ['an empty list', null, { roles: [] }, ['pipelines']],
    ['a mapping renames and drops', mapped, { roles: ['r-1', 'r-9', 'r-2'] }, ['pipelines', 'readers']],
    ['a mapping drops everything else', mapped, { roles: 'readers' }, ['pipelines']],
    ['a number', null, { roles: 1 }, null],
    ['null', null, { roles: null }, null],
    ['an object', null, { roles: { a: true } }, null],
    ['a list with a number', null, { roles: ['a', 1] }, null],
    ['a list with a list', null, { roles: [['a']] }, null],
    ['an empty string', null, { roles: '' }, null],
    ['a claim that is elsewhere', null, { _claim_names: { roles: 'src1' } }, null],
    ['a claim that is elsewhere in part', null, { roles: ['a'], _claim_names: { roles: 'src1' } }, null],
    ['claims elsewhere that are not understood', null, { _claim_names: ['roles'] }, null],
    ['more groups, which nobody asked for', null, { hasgroups: true }, ['pipelines']],
    ['another claim that is elsewhere', null, { _claim_names: { groups: 'src1' } }, ['pipelines']],
  ];
  for (const [name, mapping, claims, expected] of cases) {
    test(`${name}: ${expected?.join(', ') ?? 'refused'}`, () => {
      const groups = groupsOf(
        entry({ groups: ['pipelines', 'pipelines'], groupsFrom: { claim: 'roles', mapping } }),
        claims,
      );
      assert.deepEqual(groups.ok ? groups.value : null, expected);
      if (!groups.ok) assert.match(groups.error.message, /^the groups of the token cannot be read: .* claim "roles"/);
    });
  }

  const overages: readonly [claims: Record<string, unknown>, refused: boolean][] = [
    [{ _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } }, true],
    [{ hasgroups: true }, true],
    [{ hasgroups: 'true' }, true],
    [{ hasgroups: false, groups: ['a'] }, false],
    [{ groups: ['a'] }, false],
  ];
  for (const [claims, refused] of overages) {
    test(`Entra with ${JSON.stringify(claims)}: ${refused ? 'refused, with what to do' : 'taken'}`, () => {
      const groups = groupsOf(entry({ groupsFrom: { claim: 'groups', mapping: null } }), claims);
      assert.equal(groups.ok, !refused);
      if (groups.ok) return;
      assert.match(groups.error.message, /\(group overage\)$/);
      assert.match(groups.error.hint ?? '', /assigned to the application, or takes app roles/);
    });
  }

  test('without groupsFrom no claim is looked at', () => {
    const groups = groupsOf(entry({ groups: ['a', 'a'] }), { roles: 1, groups: ['admins'] });
    assert.deepEqual(groups, { ok: true, value: ['a'] });
  });
});
