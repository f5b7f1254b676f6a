import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { StatementCompleted, StatementDecided } from '../../src/ledger/event.ts';
import { spellCompleted, spellDecided } from '../../src/ledger/spell-statement.ts';

const text = fc.string({ unit: 'grapheme' });
const nullable = fc.option(text, { nil: null });
const envelope = { v: fc.constant(1 as const), id: text, time: text, instance: text, tenant: text };
const frozen = <T>(items: fc.Arbitrary<T>) => fc.array(items, { maxLength: 3 }).map((list) => Object.freeze(list));

const decided = fc.record<StatementDecided & { v: 1; id: string; time: string; instance: string; tenant: string }>({
  ...envelope,
  type: fc.constant('statement.decided'),
  session: text,
  statement: text,
  step: fc.constantFrom('simple', 'parse', 'execute'),
  decision: fc.constantFrom('allow', 'deny'),
  policies: frozen(text),
  code: nullable,
  verb: text,
  text: nullable,
  digest: nullable,
  tables: frozen(text),
  columns: frozen(fc.record({ column: text, class: text, masked: fc.boolean() })),
});

const completed = fc.record<StatementCompleted & { v: 1; id: string; time: string; instance: string; tenant: string }>({
  ...envelope,
  type: fc.constant('statement.completed'),
  session: text,
  statement: text,
  result: fc.constantFrom('completed', 'failed', 'skipped', 'suspended'),
  sqlstate: nullable,
  rows: text,
  bytes: text,
  durationMs: fc.nat(),
  masks: frozen(fc.record({ column: text, class: text, transform: text, cells: text })),
});

test('a decided statement is spelt canonically, also when parts of it were spelt before', () => {
  fc.assert(
    fc.property(decided, decided, (one, other) => {
      assert.equal(spellDecided(one), canonicalJson(one));
      // The same ruling again, for another session; and an entry that only looks like it.
      for (const again of [
        {
          ...one,
          id: other.id,
          time: other.time,
          session: other.session,
          statement: other.statement,
          step: other.step,
        },
        { ...other, columns: one.columns },
        { ...one, text: other.text },
        { ...one, tenant: other.tenant, verb: other.verb },
        one,
      ]) {
        assert.equal(spellDecided(again), canonicalJson(again));
      }
    }),
  );
});

test('a completed statement is spelt canonically', () => {
  fc.assert(fc.property(completed, (entry) => assert.equal(spellCompleted(entry), canonicalJson(entry))));
});
