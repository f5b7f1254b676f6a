import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateFault } from '../../src/core/state-fault.ts';
import { codeOf, driverFault, isLost } from '../../src/store/driver-fault.ts';

const withCode = (code: string) => Object.assign(new Error('Key (id)=(marzipan) already exists.'), { code });

const cases: readonly (readonly [unknown, string, boolean])[] = [
  [withCode('23505'), '23505', false],
  [withCode('57P01'), '57P01', true],
  [withCode('ECONNRESET'), 'ECONNRESET', true],
  [withCode('ECONNREFUSED'), 'ECONNREFUSED', false],
  [Object.assign(new Error('marzipan'), { errcode: 13 }), 'SQLite 13', false],
  [new Error('Connection terminated unexpectedly'), 'Connection terminated', true],
  // It was waited for already.
  [
    new Error('Connection terminated due to connection timeout'),
    'Connection terminated due to connection timeout',
    false,
  ],
  [new Error('Query read timeout'), 'Query read timeout', false],
  [withCode('marzipan'), 'fault of the driver', false],
  [new Error('marzipan'), 'fault of the driver', false],
  ['marzipan', 'unknown fault', false],
];

for (const [error, code, lost] of cases) {
  test(`${code}${lost ? ', which another connection may mend' : ''}`, () => {
    assert.equal(codeOf(error), code);
    assert.equal(isLost(error), lost);
    const fault = driverFault(error);
    assert.equal(fault.message, `the state cannot be used (${code})`);
    assert.doesNotMatch(`${fault.stack} ${JSON.stringify(fault)}`, /marzipan/);
  });
}

test('a fault of ours stays what it is', () => {
  const fault = new StateFault('the state holds a row of grants that is malformed');
  assert.equal(driverFault(fault), fault);
  assert.equal(isLost(fault), false);
});
