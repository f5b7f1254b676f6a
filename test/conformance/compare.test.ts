import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../conformance/drivers/compare.ts';
import type { Played } from '../../conformance/drivers/driver.ts';

function verdict(door: 'open' | 'guarded', scenario: string, direct: unknown, through: unknown): string | undefined {
  const played = (outcome: unknown): readonly Played[] => (outcome === undefined ? [] : [{ scenario, outcome }]);
  return compare('some-driver', door, played(direct), played(through))[0]?.verdict;
}

const masked = { value: [['***-**-0001']], alive: true };
const refused = { error: { sqlstate: '42501', text: 'sluice: public.people.ssn is used in WHERE' }, alive: true };

test('what is the same is the same, and what is missing is not', () => {
  assert.equal(verdict('open', 'query.simple', { value: 1 }, { value: 1 }), 'same');
  assert.equal(verdict('open', 'query.simple', { value: 1 }, { value: 2 }), 'different');
  assert.equal(verdict('open', 'query.simple', { value: 1 }, undefined), 'different');
  assert.equal(verdict('open', 'query.simple', undefined, { value: 1 }), 'different');
});

test('an explanation counts on its connection, for its scenario, and with what it says came through', () => {
  const direct = { value: [['900-12-0001']], alive: true };
  assert.equal(verdict('guarded', 'people.read', direct, masked), 'explained');
  assert.equal(verdict('open', 'people.read', direct, masked), 'different');
  assert.equal(verdict('guarded', 'query.read', direct, masked), 'different');
  assert.equal(verdict('guarded', 'people.read', direct, { ...masked, alive: false }), 'different');
  assert.equal(verdict('guarded', 'people.read', direct, refused), 'different');
  assert.equal(verdict('guarded', 'people.filter', { value: [], alive: true }, refused), 'explained');
});

test('a protected value that came through is never explained, not even where it is the same', () => {
  const leaked = { value: [['***-**-0001'], ['900-12-0002']], alive: true };
  assert.equal(verdict('guarded', 'people.read', { value: [], alive: true }, leaked), 'different');
  assert.equal(verdict('guarded', 'people.read', leaked, leaked), 'different');
});

test('the words of an error count where nothing is protected, and only those of a refusal where something is', () => {
  const failed = (text: string) => ({ error: { sqlstate: '23505', text }, alive: true });
  assert.equal(verdict('open', 'error.unique', failed('one'), failed('other')), 'different');
  assert.equal(verdict('guarded', 'error.unique', failed('one'), failed('other')), 'same');
  assert.equal(verdict('guarded', 'error.unique', failed('one'), failed('sluice: no')), 'different');
});

test('a tool that fails without Sluice shows nothing', () => {
  assert.equal(verdict('open', 'init', { exit: 1 }, { exit: 1 }), 'different');
  assert.equal(verdict('open', 'init', { exit: 0 }, { exit: 0 }), 'same');
});

test('a test within one that ended earlier was not reached; one that is simply missing is different', () => {
  const suite = (...outcomes: readonly (readonly [string, string])[]): readonly Played[] =>
    outcomes.map(([scenario, outcome]) => ({ scenario: `suite ${scenario}`, outcome: { outcome } }));
  const direct = suite(['.:A', 'PASS'], ['.:A/one', 'PASS'], ['.:A/one/two', 'PASS'], ['.:B', 'PASS']);
  const verdicts = (through: readonly Played[]) =>
    compare('some-suite', 'open', direct, through).map(({ verdict }) => verdict);
  const missing = 'different';
  assert.deepEqual(verdicts(suite(['.:A', 'FAIL'], ['.:B', 'PASS'])), [missing, 'unreached', 'unreached', 'same']);
  assert.deepEqual(verdicts(suite(['.:A', 'PASS'], ['.:B', 'PASS'])), ['same', missing, missing, 'same']);
  assert.deepEqual(verdicts(suite(['.:A', 'FAIL'], ['.:A/one', 'PASS'])), [missing, 'same', 'unreached', missing]);
});
