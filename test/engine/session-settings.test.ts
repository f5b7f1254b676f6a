import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionEffect, StatedName, StatementFacts } from '../../src/core/facts.ts';
import { insteadOf, SessionSettings, statedFault, statingFault } from '../../src/engine/session-settings.ts';

const opened = { reason: 'from the start', purpose: null, ticket: null };
const stated = (value: string | null, local = false, name: StatedName = 'reason'): SessionEffect => ({
  kind: 'stated',
  name,
  value,
  local,
});
const all: SessionEffect = { kind: 'setting', name: 'all' };

const facts = (effects: readonly SessionEffect[], more: Partial<StatementFacts> = {}): StatementFacts => ({
  verb: 'session',
  construct: 'VariableSetStmt',
  tables: [],
  routines: [],
  controls: [],
  outputs: null,
  effects,
  normalised: 'SET sluice.reason = ?',
  ...more,
});

test('what is in force follows SET, RESET and the end of the transaction', () => {
  const table: readonly (readonly [readonly (SessionEffect | 'I' | 'T')[], string | null])[] = [
    [[], 'from the start'],
    [[stated('a')], 'a'],
    [[stated('a'), stated('b')], 'b'],
    [[stated('a'), 'I'], 'a'],
    [[stated('a'), stated(null)], 'from the start'],
    [[stated('a'), all], 'from the start'],
    [[stated('a', true)], 'a'],
    [[stated('a', true), 'T'], 'a'],
    [[stated('a', true), 'I'], 'from the start'],
    [[stated('a', true), stated('b')], 'b'],
    [[stated('a', true), stated('b'), 'I'], 'b'],
    [[stated('a'), stated(null, true)], 'from the start'],
    [[stated('a'), stated(null, true), 'I'], 'a'],
    [[stated('a', true), all], 'from the start'],
    [[stated('TREAT', false, 'purpose')], 'from the start'],
    [[stated('  ')], null],
  ];
  for (const [steps, reason] of table) {
    const settings = new SessionSettings(opened);
    for (const step of steps) {
      if (step === 'I' || step === 'T') settings.ready(step);
      else settings.decided([step]);
    }
    assert.equal(settings.reason, reason, JSON.stringify(steps));
  }
  const settings = new SessionSettings(opened);
  settings.decided([stated('TREAT', false, 'purpose')]);
  assert.equal(settings.purpose, 'TREAT');
  settings.decided([stated('CHG1', false, 'ticket')]);
  assert.equal(settings.ticket, 'CHG1');
});

test('what cannot be stated is refused without being repeated', () => {
  const table: readonly (readonly [StatedName, string, RegExp | null])[] = [
    ['purpose', 'TREAT', null],
    ['purpose', '', null],
    ['purpose', 'Zq7 spaces', /not a code/],
    ['purpose', 'Z'.repeat(33), /not a code/],
    ['reason', 'Zq7, in a sentence', null],
    ['reason', 'Z'.repeat(1000), null],
    ['ticket', 'CHG0012345', null],
    ['ticket', 'org/repo#12', null],
    ['ticket', ' ', null],
    ['ticket', 'Jane Doe', /not the number of a ticket/],
    ['ticket', 'x'.repeat(65), /not the number of a ticket/],
    ['reason', 'Z'.repeat(1001), /more than 1000/],
  ];
  for (const [name, value, sentence] of table) {
    const fault = statedFault(name, value);
    if (sentence === null) assert.equal(fault, null, value);
    else assert.match(fault?.message ?? '', sentence);
    assert.doesNotMatch(JSON.stringify(fault), /Zq7|ZZZ/);
  }
});

test('it is alone in its text', () => {
  assert.equal(statingFault([facts([stated('a')])]), null);
  assert.match(statingFault([facts([stated('a')]), facts([])])?.message ?? '', /holds nothing else/);
  assert.match(statingFault([facts([]), facts([stated(null)])])?.message ?? '', /holds nothing else/);
  assert.match(statingFault([facts([stated('a'), all])])?.message ?? '', /holds nothing else/);
  assert.equal(statingFault([facts([]), facts([all])]), null);
  assert.match(statingFault([facts([stated('no code', false, 'purpose')])])?.message ?? '', /not a code/);
});

test('the target gets what changes nothing and is answered alike', () => {
  const table: readonly (readonly [StatementFacts, string | undefined])[] = [
    [facts([]), undefined],
    [facts([all]), undefined],
    [facts([stated('a')]), 'SET standard_conforming_strings = on'],
    [facts([stated('a', true)]), 'SET LOCAL standard_conforming_strings = on'],
    [facts([stated(null)]), 'SET standard_conforming_strings = on'],
    [facts([stated(null)], { normalised: 'RESET sluice.reason' }), 'RESET standard_conforming_strings'],
    [facts([stated('a')], { outputs: [{ kind: 'clear' }] }), "SELECT ''::pg_catalog.text AS set_config"],
  ];
  for (const [given, text] of table) assert.equal(insteadOf([given])?.toString(), text);
  assert.equal(insteadOf([]), null);
});
