import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MaskingSettings, Transform } from '../../src/masking/masking-settings.ts';
import { hipaaSafeHarbor, isSafeHarbor, transformOf } from '../../src/masking/preset.ts';

describe('transformOf', () => {
  const mrn: Transform = { kind: 'tokenize' };
  const cases: readonly [preset: MaskingSettings['preset'], className: string, expected: Transform['kind']][] = [
    ['hipaa-safe-harbor', 'birth_date', 'year'],
    ['hipaa-safe-harbor', 'ssn', 'redact'],
    ['hipaa-safe-harbor', 'mrn', 'tokenize'],
    ['hipaa-safe-harbor', 'a class of our own', 'redact'],
    ['hipaa-safe-harbor', 'constructor', 'redact'],
    [null, 'birth_date', 'redact'],
    [null, 'mrn', 'tokenize'],
  ];
  for (const [preset, className, expected] of cases) {
    test(`${preset ?? 'no preset'}: ${className} is ${expected}`, () => {
      assert.equal(transformOf({ preset, classes: new Map([['mrn', mrn]]) }, className).kind, expected);
    });
  }
});

test('what keeps or derives from an identifier is not Safe Harbor', () => {
  const labels: readonly [Transform, boolean][] = [
    [{ kind: 'redact' }, true],
    [{ kind: 'null' }, true],
    [{ kind: 'year' }, true],
    [{ kind: 'tokenize' }, false],
    [{ kind: 'partial', keepLast: 4 }, false],
    [{ kind: 'partial', keepLast: 0 }, false],
  ];
  for (const [transform, expected] of labels) assert.equal(isSafeHarbor(transform), expected, transform.kind);
});

test('the preset holds nothing that is not Safe Harbor, and every identifier of the demo', () => {
  for (const [className, transform] of hipaaSafeHarbor) assert.ok(isSafeHarbor(transform), className);
  for (const className of ['mrn', 'ssn', 'name', 'birth_date', 'phone', 'email', 'address', 'notes']) {
    assert.ok(hipaaSafeHarbor.has(className), className);
  }
});
