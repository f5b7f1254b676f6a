import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { StatementCompleted, StatementDecided } from '../../src/ledger/event.ts';
import { LineBuffer } from '../../src/ledger/line-buffer.ts';
import { spellCompleted, spellDecided } from '../../src/ledger/spell-statement.ts';

const text = fc.string({ unit: 'grapheme' });
const nullable = fc.option(text, { nil: null });
const stamps = fc.record({ id: text, time: text, instance: text, tenant: text });
const frozen = <T>(items: fc.Arbitrary<T>) => fc.array(items, { maxLength: 3 }).map((list) => Object.freeze(list));

const decided = fc.record<StatementDecided>({
  type: fc.constant('statement.decided'),
  session: text,
  statement: text,
  step: fc.constantFrom('simple', 'parse', 'execute', 'request'),
  decision: fc.constantFrom('allow', 'deny'),
  policies: frozen(text),
  code: nullable,
  verb: text,
  text: nullable,
  digest: nullable,
  tables: frozen(text),
  columns: frozen(fc.record({ column: text, class: text, masked: fc.boolean() })),
});

const completed = fc.record<StatementCompleted>({
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
    fc.property(decided, decided, stamps, stamps, (one, other, stamp, later) => {
      assert.equal(
        spelt((lines) => spellDecided(one, stamp, lines)),
        canonicalJson({ ...one, ...stamp, v: 1 }),
      );
      // The same ruling again, for another session; and entries that only look like it.
      for (const again of [
        { ...one, session: other.session, statement: other.statement, step: other.step },
        { ...other, columns: one.columns },
        { ...one, text: other.text },
        { ...one, verb: other.verb },
        one,
      ]) {
        for (const at of [later, { ...stamp, tenant: later.tenant }, stamp]) {
          assert.equal(
            spelt((lines) => spellDecided(again, at, lines)),
            canonicalJson({ ...again, ...at, v: 1 }),
          );
        }
      }
    }),
  );
});

test('a completed statement is spelt canonically', () => {
  fc.assert(
    fc.property(completed, fc.option(fc.nat(599)), stamps, (given, status, stamp) => {
      const entry = status === null ? given : { ...given, status };
      assert.equal(
        spelt((lines) => spellCompleted(entry, stamp, lines)),
        canonicalJson({ ...entry, ...stamp, v: 1 }),
      );
    }),
  );
});

function spelt(spell: (lines: LineBuffer) => void): string {
  const lines = new LineBuffer();
  lines.begin(0);
  spell(lines);
  lines.end();
  return lines.bytes.toString('utf8', '0 '.length + 44 + 1, lines.length - 1);
}
