import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchEntry } from '../../src/identity/match-entry.ts';
import { entry } from './fixture.ts';

describe('matchEntry by audience', () => {
  const cases: readonly [audience: unknown, matches: boolean][] = [
    ['sluice', true],
    [['sluice'], true],
    [['other', 'sluice'], true],
    ['Sluice', false],
    ['sluice ', false],
    ['sluice other', false],
    [['other'], false],
    [[], false],
    [['sluice', 1], false],
    [{ sluice: true }, false],
    [undefined, false],
    [null, false],
  ];
  for (const [aud, matches] of cases) {
    test(`${JSON.stringify(aud)} is ${matches ? '' : 'not '}for sluice`, () => {
      assert.equal(matchEntry([entry()], { aud }).ok, matches);
    });
  }
});

describe('matchEntry by requirement', () => {
  const required = entry({
    require: new Map([
      ['ref_protected', ['true']],
      ['team', ['a', 'b']],
    ]),
  });
  const cases: readonly [claims: Record<string, unknown>, miss: string | null][] = [
    [{ ref_protected: 'true', team: 'a' }, null],
    [{ ref_protected: true, team: 'b' }, null],
    [{ ref_protected: 'true' }, 'the claim "team"'],
    [{ ref_protected: 'true', team: '' }, 'another value of the claim "team"'],
    [{ ref_protected: 'true', team: 'c' }, 'another value of the claim "team"'],
    [{ ref_protected: 'true', team: ['a'] }, 'the claim "team"'],
    [{ ref_protected: 'true', team: null }, 'the claim "team"'],
    [{ ref_protected: 'TRUE', team: 'a' }, 'another value of the claim "ref_protected"'],
    [{ ref_protected: false, team: 'a' }, 'another value of the claim "ref_protected"'],
    [{ team: 'a' }, 'the claim "ref_protected"'],
  ];
  for (const [claims, miss] of cases) {
    test(`${JSON.stringify(claims)} lacks ${miss ?? 'nothing'}`, () => {
      const match = matchEntry([required], { aud: 'sluice', ...claims });
      assert.equal(
        match.ok ? null : match.error.message,
        miss && `the token fits no issuer entry: "demo" wants ${miss}`,
      );
    });
  }

  test('a whole number is compared as text', () => {
    const numbered = entry({ require: new Map([['owner', ['9919']]]) });
    for (const [owner, matches] of [
      [9919, true],
      ['9919', true],
      [9919.5, false],
      ['09919', false],
      [1e21, false],
    ] as const) {
      assert.equal(matchEntry([numbered], { aud: 'sluice', owner }).ok, matches, String(owner));
    }
  });

  test('slashes lead into objects, where no claim has the whole name', () => {
    const inner = entry({ require: new Map([['a/b', ['1']]]) });
    for (const [claims, matches] of [
      [{ a: { b: '1' } }, true],
      [{ 'a/b': '1', a: { b: '2' } }, true],
      [{ 'a/b': '2', a: { b: '1' } }, false],
      [{ a: { b: { c: '1' } } }, false],
      [{ a: [{ b: '1' }] }, false],
      [{ a: '1' }, false],
      [{}, false],
    ] as const) {
      assert.equal(matchEntry([inner], { aud: 'sluice', ...claims }).ok, matches, JSON.stringify(claims));
    }
  });

  test('of the ways in which a person logged in (amr), one will do', () => {
    const strong = entry({ require: new Map([['amr', ['mfa', 'hwk']]]) });
    for (const [amr, matches] of [
      [['pwd', 'mfa'], true],
      [['pwd'], false],
      [[], false],
      [['mfa', 1], false],
      ['mfa', true],
      [undefined, false],
    ] as const) {
      assert.equal(matchEntry([strong], { aud: 'sluice', amr }).ok, matches, JSON.stringify(amr));
    }
  });

  test('what every object has is no claim', () => {
    const odd = entry({ require: new Map([['constructor', ['x']]]) });
    const match = matchEntry([odd], { aud: 'sluice' });
    assert.ok(!match.ok);
    assert.match(match.error.message, /wants the claim "constructor"$/);
  });
});

describe('matchEntry among several', () => {
  const a = entry({ id: 'a', audience: 'one' });
  const b = entry({ id: 'b', audience: 'two', require: new Map([['x', ['1']]]) });
  const c = entry({ id: 'c', audience: 'two' });

  test('answers the one', () => {
    assert.deepEqual(matchEntry([a, b, c], { aud: 'one' }), { ok: true, value: a });
    assert.deepEqual(matchEntry([a, b, c], { aud: 'two' }), { ok: true, value: c });
  });

  test('refuses two, naming them', () => {
    for (const claims of [{ aud: 'two', x: '1' }, { aud: ['one', 'two'] }]) {
      const match = matchEntry([a, b, c], claims);
      assert.ok(!match.ok);
      assert.match(match.error.message, /^the token matches more than one issuer entry: "[ab]" and "c"$/);
    }
  });

  test('refuses none, saying why for each', () => {
    const match = matchEntry([a, b], { aud: 'two', x: 2 });
    assert.ok(!match.ok);
    assert.equal(
      match.error.message,
      'the token fits no issuer entry: "a" wants another audience, "b" wants another value of the claim "x"',
    );
    assert.equal(match.error.hint, 'request the token for audience "one" or "two"');
  });
});
