import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialFault } from '../../src/core/dial-fault.ts';

const cases: readonly (readonly [unknown, string])[] = [
  [{ code: 'ECONNREFUSED' }, 'connection refused'],
  [{ code: 'ETIMEDOUT' }, 'timed out'],
  [{ code: 'ENOTFOUND' }, 'host not found'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'certificate is not trusted: self-signed certificate'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate is for another name'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'TLS handshake failed'],
  [{ code: 'EPROTO' }, 'TLS handshake failed'],
  [{ code: 'ESOMETHING' }, 'connection failed'],
  [{ code: 42 }, 'connection failed'],
  [new Error('password is hunter2'), 'connection failed'],
  [null, 'connection failed'],
  ['ECONNREFUSED', 'connection failed'],
];

for (const [error, phrase] of cases) {
  test(`a fault is said as: ${phrase} (${typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error)})`, () => {
    assert.equal(dialFault(error), phrase);
  });
}
