import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import type { ConnectionName } from '../../src/core/ids.ts';
import { connectDenial, readDenial, type SessionFault } from '../../src/targets/target-denials.ts';

const clinic = 'clinic' as ConnectionName;

function ofTarget(sqlstate: string | undefined): SessionFault {
  const error = new DatabaseError('relation "canary-7731" of patient 42', 10, 'error');
  error.code = sqlstate;
  error.detail = 'canary-7731';
  return { kind: 'error', error };
}

function ofDriver(message: string): SessionFault {
  return { kind: 'error', error: new Error(message) };
}

const connects: readonly (readonly [SessionFault, string, RegExp])[] = [
  [ofTarget('28P01'), 'target_refused', /refuses the credential that Sluice holds$/],
  [ofTarget('28000'), 'target_refused', /refuses the credential that Sluice holds$/],
  [ofTarget('3D000'), 'target_refused', /no database of the configured name$/],
  [ofTarget('42501'), 'target_refused', /refuses the session with SQLSTATE 42501$/],
  [ofTarget('57P03'), 'target_unreachable', /starting up or shutting down$/],
  [ofTarget('53300'), 'target_unreachable', /too many connections$/],
  [ofTarget('canary-7731'), 'target_refused', /SQLSTATE XX000$/],
  [ofDriver('SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature is wrong'), 'target_refused', /refuses the credential/],
  [ofDriver('The server does not support SSL connections'), 'target_unreachable', /: it does not speak TLS$/],
  [ofDriver('Connection terminated unexpectedly'), 'target_unreachable', /: connection closed$/],
  [ofDriver('canary-7731'), 'target_unreachable', /: connection failed$/],
  [{ kind: 'timeout' }, 'target_unreachable', /: timed out$/],
];

for (const [fault, code, says] of connects) {
  test(`connecting: ${code}, ${says.source}`, () => {
    const denial = connectDenial(clinic, fault);
    assert.equal(denial.code, code);
    assert.match(denial.message, says);
    assert.match(denial.message, /^the target of connection "clinic"/);
    assert.doesNotMatch(JSON.stringify(denial), /canary-7731|patient 42/);
  });
}

const reads: readonly (readonly [SessionFault, RegExp])[] = [
  [ofTarget('42501'), /: SQLSTATE 42501$/],
  [ofTarget('57014'), /: timed out$/],
  [ofTarget(undefined), /: the connection was lost$/],
  [ofDriver('canary-7731'), /: the connection was lost$/],
  [{ kind: 'timeout' }, /: timed out$/],
];

for (const [fault, says] of reads) {
  test(`reading: ${says.source}`, () => {
    const denial = readDenial(clinic, fault);
    assert.equal(denial.code, 'catalogue_unavailable');
    assert.match(denial.message, says);
    assert.doesNotMatch(JSON.stringify(denial), /canary-7731|patient 42/);
  });
}
