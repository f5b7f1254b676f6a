import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionEffect } from '../../src/core/facts.ts';
import { factsOf, open, verdict } from './seen.ts';

const everything: readonly SessionEffect[] = [
  { kind: 'search-path', path: null, local: false },
  { kind: 'setting', name: 'all' },
];

test('what changes the meaning of later statements is stated', () => {
  const path = (names: readonly string[] | null, local = false): SessionEffect => ({
    kind: 'search-path',
    path: names,
    local,
  });
  const stated = (name: 'reason' | 'purpose', value: string | null, local = false): SessionEffect => ({
    kind: 'stated',
    name,
    value,
    local,
  });
  const table: readonly (readonly [string, readonly SessionEffect[]])[] = [
    ['begin', [{ kind: 'begin' }]],
    ['start transaction isolation level serializable, read only', [{ kind: 'begin' }]],
    ['commit', [{ kind: 'commit' }]],
    ['end', [{ kind: 'commit' }]],
    ['rollback', [{ kind: 'rollback' }]],
    ['abort', [{ kind: 'rollback' }]],
    ['rollback and chain', [{ kind: 'rollback' }, { kind: 'begin' }]],
    ['savepoint A', [{ kind: 'savepoint', name: 'a' }]],
    ['release savepoint "A"', [{ kind: 'release', name: 'A' }]],
    ['rollback to a', [{ kind: 'rollback-to', name: 'a' }]],
    ['set search_path = public, "$user", \'x,y\'', [path(['public', '$user', 'x,y'])]],
    ['set search_path to default', [path(null)]],
    ['reset search_path', [path(null)]],
    ['set local search_path = audit', [path(['audit'], true)]],
    ["set schema 'audit'", [path(['audit'])]],
    ["select set_config('search_path', '', false)", [path([])]],
    [
      'select pg_catalog.set_config(\'search_path\', \'Public, "My ""Own", a_1\', true)',
      [path(['public', 'My "Own', 'a_1'], true)],
    ],
    ["select set_config('application_name', 'x', false)", [{ kind: 'setting', name: 'application_name' }]],
    [
      "select current_setting('jit') as cur, set_config('jit', 'off', false) as new",
      [{ kind: 'setting', name: 'jit' }],
    ],
    ["select set_config('jit', $1, false)", [{ kind: 'setting', name: 'jit' }]],
    ["set statement_timeout = '5s'", [{ kind: 'setting', name: 'statement_timeout' }]],
    ['set time zone -7', [{ kind: 'setting', name: 'timezone' }]],
    ["set names 'UTF8'", [{ kind: 'setting', name: 'client_encoding' }]],
    ['set standard_conforming_strings to on', [{ kind: 'setting', name: 'standard_conforming_strings' }]],
    ['set client_min_messages to WARNING', [{ kind: 'setting', name: 'client_min_messages' }]],
    ['set datestyle to ISO, DMY', [{ kind: 'setting', name: 'datestyle' }]],
    ['set transaction read only', []],
    ['set session characteristics as transaction isolation level serializable', []],
    ['reset all', everything],
    [
      'discard all',
      [
        { kind: 'own-discarded' },
        { kind: 'deallocate', name: null },
        { kind: 'own-cursor-closed', name: null },
        ...everything,
      ],
    ],
    ['discard plans', []],
    ['deallocate a', [{ kind: 'deallocate', name: 'a' }]],
    ['deallocate all', [{ kind: 'deallocate', name: null }]],
    ['show search_path', []],
    ["set sluice.reason = 'Zq7'", [stated('reason', 'Zq7')]],
    ['set session sluice.reason to Zq7', [stated('reason', 'zq7')]],
    ['set local "sluice.purpose" = "TREAT"', [stated('purpose', 'TREAT', true)]],
    ['set Sluice.Reason to default', [stated('reason', null)]],
    ['reset sluice.purpose', [stated('purpose', null)]],
    ["select set_config('sluice.reason', 'Zq7', true)", [stated('reason', 'Zq7', true)]],
    ['listen a', []],
    ['unlisten a', []],
    ['unlisten *', []],
    ["notify a, 'b'", []],
    ['close all', [{ kind: 'own-cursor-closed', name: null }]],
    ['close a', [{ kind: 'own-cursor-closed', name: 'a' }]],
    ['discard temp', [{ kind: 'own-discarded' }]],
    ['discard sequences', []],
    ['select pg_advisory_unlock_all()', []],
    ["select pg_advisory_lock(1), pg_try_advisory_xact_lock($1, 2), pg_advisory_unlock(hashtext('a')::bigint)", []],
    ['select 1', []],
  ];
  for (const [sql, effects] of table) {
    const facts = factsOf(sql);
    assert.equal(facts.verb, 'session', sql);
    assert.deepEqual(facts.effects, effects, sql);
  }
});

test('SHOW has columns, SET has none', () => {
  assert.deepEqual(factsOf('show timezone').outputs, [{ kind: 'clear' }]);
  assert.equal(factsOf('show all').outputs?.length, 3);
  assert.equal(factsOf('set timezone to utc').outputs, null);
});

test('settings that are not reviewed, or not to these values, are refused by name', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['set role postgres', /"role" is not reviewed/],
    ['set local role x', /"role" is not reviewed/],
    ['set session authorization x', /"session_authorization" is not reviewed/],
    ['reset role', /"role" is not reviewed/],
    ["set client_encoding to 'LATIN1'", /client_encoding cannot be set to this value/],
    ['set standard_conforming_strings = off', /standard_conforming_strings cannot be set/],
    ['set client_min_messages = log', /client_min_messages cannot be set/],
    ['set datestyle = german', /datestyle cannot be set/],
    ["set sluice.other = 'x'", /Sluice has no setting "sluice\.other"/],
    ['reset sluice.other', /Sluice has no setting/],
    ["select set_config('sluice.reason', $1, false)", /set_config changes what later/],
    [
      "select set_config('sluice.reason', 'x', false), set_config('search_path', 'a', false)",
      /sets sluice.* holds nothing else/,
    ],
    ["select current_setting('jit'), set_config('sluice.reason', 'x', false)", /sets sluice.* holds nothing else/],
    ["set sluice.reason = 'x', 'y'", /in this form is not carried/],
    ['set sluice.reason from current', /in this form is not carried/],
    ['show sluice.ticket', /stop at Sluice, and are not shown/],
    ["select current_setting('Sluice.reason', true)", /stop at Sluice, and are not shown/],
    ['select pg_advisory_lock(id) from claims', /pg_advisory_lock shows its arguments/],
    ['select pg_try_advisory_lock((select 1))', /pg_try_advisory_lock shows its arguments/],
    ['select * from claims, pg_advisory_lock(claims.id)', /pg_advisory_lock shows its arguments/],
    ["select set_config('role', 'x', false)", /"role" is not reviewed/],
    ["select set_config('search_path', $1, false)", /set_config changes what later/],
    ["select set_config('search_path', 'a', $1)", /set_config changes what later/],
    ["select set_config('datestyle', $1, false)", /set_config changes what later/],
    ["select current_setting('jit'), set_config('work_mem', $1, false)", /set_config changes what later/],
    ["select set_config('jit', 'off', false), current_setting('sluice.reason')", /set_config changes what later/],
    ["select set_config('search_path', 'a', false), 1", /set_config changes what later/],
    ["select set_config('search_path', 'a', false) where true", /set_config changes what later/],
    ["select 1 where set_config('search_path', 'a', false) = 'a'", /set_config changes what later/],
    ['set search_path from current', /SET search_path in this form is not carried/],
    ["set transaction snapshot 'x'", /SET TRANSACTION SNAPSHOT/],
    ['set my.own = 1', /"my\.own" is not reviewed/],
    ['prepare transaction $$x$$', /two-phase/],
  ];
  for (const [sql, sentence] of table) {
    assert.match(verdict(sql), sentence, sql);
    assert.doesNotMatch(verdict(sql), /session \|/, sql);
  }
  assert.match(verdict('set datestyle = german', open), /^session/);
});

test('a value is never repeated by a refusal', () => {
  for (const sql of [
    "set client_encoding to 'Zq7'",
    "set datestyle to 'Zq7'",
    "select set_config('client_encoding', 'Zq7', false)",
    'set "Zq7-1" = 1',
  ])
    assert.doesNotMatch(verdict(sql), /Zq7/);
});

test('what a session states of itself is not in the text for the ledger, quoted or not', () => {
  const table: readonly (readonly [string, string])[] = [
    ["set sluice.reason = 'Zq7'", 'SET sluice.reason = ?'],
    ['set sluice.reason to Zq7', 'SET sluice.reason = ?'],
    ['set local sluice.reason to "Zq7 Zq8"', 'SET LOCAL sluice.reason = ?'],
    ["select set_config('sluice.purpose', 'Zq7', false)", 'SET sluice.purpose = ?'],
    ['set sluice.reason to default', 'SET sluice.reason = DEFAULT'],
    ['reset sluice.reason', 'RESET sluice.reason'],
  ];
  for (const [sql, text] of table) assert.equal(factsOf(sql).normalised, text);
});
