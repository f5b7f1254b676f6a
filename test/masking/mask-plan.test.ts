import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CellMask } from '../../src/core/cell-mask.ts';
import type { ColumnName, OutputColumn } from '../../src/core/facts.ts';
import { planMasks } from '../../src/masking/mask-plan.ts';
import type { MaskingSettings, Transform } from '../../src/masking/masking-settings.ts';
import type { TokenKeys } from '../../src/masking/token-keys.ts';
import { builtInTypes, masked, maskedText, resultColumn, textLikeOids } from './masked.ts';

const keys: TokenKeys = { keyFor: (className) => Buffer.alloc(32, className), currentYear: () => 2026 };
const clear: OutputColumn = { kind: 'clear' };
const ssn = bare('ssn');
const name = bare('name');

describe('planMasks', () => {
  test('one mask per protected column, null for the others', () => {
    const settings = configured({ ssn: { kind: 'partial', keepLast: 4 } });
    const plan = planMasks(
      [clear, ssn, name],
      [resultColumn(23), resultColumn(25), resultColumn(25)],
      [],
      settings,
      keys,
    );
    assert.ok(plan !== null);
    const [first, second, third] = plan;
    assert.equal(first, null);
    assert.deepEqual(summary(second), { column: 'public.patients.ssn', class: 'ssn', transform: 'partial' });
    assert.deepEqual(summary(third), { column: 'public.patients.name', class: 'name', transform: 'redact' });
    assert.equal(plan.length, 3);
    assert.ok(second && third);
    assert.equal(maskedText(second, '999-12-3456'), '***-**-3456');
    assert.equal(maskedText(third, 'Dana'), '***');
  });

  test('null when nothing is masked', () => {
    assert.equal(planMasks([clear, clear], [resultColumn(25), resultColumn(25)], [], configured({}), keys), null);
    assert.equal(planMasks([], [], [], configured({}), keys), null);
    assert.equal(planMasks([ssn], [resultColumn(25)], [columnOf('ssn')], configured({}), keys), null);
  });

  test('a grant covers the very column that it names', () => {
    const others: ColumnName[] = [
      { schema: 'private', name: 'patients', column: 'ssn' },
      { schema: 'public', name: 'claims', column: 'ssn' },
      { schema: 'public', name: 'patients', column: 'name' },
      { schema: 'public.patients', name: 'ssn', column: '' },
    ];
    const plan = planMasks([ssn], [resultColumn(25)], others, configured({}), keys);
    assert.deepEqual(plan?.map(summary), [{ column: 'public.patients.ssn', class: 'ssn', transform: 'redact' }]);
  });

  const transforms: readonly [transform: Transform, typeOid: number, cell: string, expected: string | null][] = [
    [{ kind: 'redact' }, 25, 'Dana', '***'],
    [{ kind: 'null' }, 25, 'Dana', null],
    [{ kind: 'year' }, 1082, '1987-06-05', '1987-01-01'],
    [{ kind: 'year' }, 1082, '1930-06-05', null],
    [{ kind: 'partial', keepLast: 2 }, 25, 'Dana', '**na'],
  ];
  for (const [transform, typeOid, cell, expected] of transforms) {
    test(`${transform.kind} makes ${expected ?? 'NULL'} of ${cell}`, () => {
      assert.equal(maskedText(only(transform, typeOid, 0), cell), expected);
    });
  }

  test('tokens of one value differ from class to class', () => {
    const settings = configured({ ssn: { kind: 'tokenize' }, name: { kind: 'tokenize' } });
    const plan = planMasks(
      [ssn, name, ssn],
      [resultColumn(25), resultColumn(25), resultColumn(25)],
      [],
      settings,
      keys,
    );
    const [a, b, c] = (plan ?? []).map((mask) => mask && maskedText(mask, 'same'));
    assert.match(String(a), /^tok_[a-z2-7]{26}$/);
    assert.notEqual(a, b);
    assert.equal(a, c);
  });

  test('an unknown format becomes NULL', () => {
    assert.equal(masked(only({ kind: 'redact' }, 25, 2), 'Dana'), null);
  });

  test('a computed column and a result of another width are bugs', () => {
    const derived: OutputColumn = { kind: 'derived', columns: [{ ...columnOf('ssn'), class: 'ssn' }] };
    assert.throws(() => planMasks([derived], [resultColumn(25)], [], configured({}), keys), /computed column/);
    assert.throws(() => planMasks([ssn], [], [], configured({}), keys), /does not have the columns/);
    assert.throws(() => planMasks([], [resultColumn(25)], [], configured({}), keys), /does not have the columns/);
  });
});

describe('every transform on every type', () => {
  const transform = fc.constantFrom<Transform>(
    { kind: 'redact' },
    { kind: 'null' },
    { kind: 'year' },
    { kind: 'tokenize' },
    { kind: 'partial', keepLast: 0 },
  );

  test('takes any bytes, stays within its bound, and keeps the type', () => {
    fc.assert(
      fc.property(
        transform,
        fc.constantFrom(...builtInTypes),
        fc.constantFrom(0, 1),
        fc.uint8Array({ maxLength: 64 }),
        (made, type, format, bytes) => {
          const answer = masked(only(made, type.oid, format), Buffer.from(bytes));
          if (answer === null) return;
          if (textLikeOids.includes(type.oid))
            assert.ok(!answer.includes(0) && answer.equals(Buffer.from(answer.toString('utf8'))));
          else if (format === 1) assert.equal(answer.length, type.width);
          else assert.match(answer.toString(), /^[0-9a-f: +-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('gives back no four bytes of a string', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'abcXYZ019-().@ é漢'), minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(transform, fc.constantFrom(...textLikeOids), cell, (made, oid, value) => {
        const answer = masked(only(made, oid, 0), value);
        if (answer === null) return;
        const original = Buffer.from(value);
        for (let at = 0; at + 4 <= original.length; at += 1) assert.ok(!answer.includes(original.subarray(at, at + 4)));
      }),
      { numRuns: 2000 },
    );
  });
});

function only(transform: Transform, typeOid: number, format: number): CellMask {
  const [mask] = planMasks([ssn], [resultColumn(typeOid, format)], [], configured({ ssn: transform }), keys) ?? [];
  assert.ok(mask);
  return mask;
}

function configured(classes: Readonly<Record<string, Transform>>): MaskingSettings {
  return { preset: null, classes: new Map(Object.entries(classes)) };
}

function columnOf(column: string): ColumnName {
  return { schema: 'public', name: 'patients', column };
}

function bare(column: string): OutputColumn {
  return { kind: 'bare', column: columnOf(column), class: column };
}

function summary(mask: CellMask | null | undefined): Record<string, string> | null {
  return mask ? { column: mask.column, class: mask.class, transform: mask.transform } : null;
}
