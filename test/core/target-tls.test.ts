import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetAddress } from '../../src/core/connection.ts';
import { targetFor, targetTls } from '../../src/core/target-tls.ts';

const target: TargetAddress = { host: 'db.internal', port: 5432, database: 'clinic', tls: 'verify-full', ca: 'PEM' };

test('verify-full checks the authority and the name', () => {
  assert.deepEqual(targetTls(target), {
    servername: 'db.internal',
    rejectUnauthorized: true,
    identity: 'db.internal',
    authorities: 'PEM',
    certificate: null,
  });
});

test('an address is checked and never sent as a server name', () => {
  for (const host of ['10.0.0.7', '::1', 'fe80::1']) {
    assert.deepEqual(targetTls({ ...target, host }), {
      rejectUnauthorized: true,
      identity: host,
      authorities: 'PEM',
      certificate: null,
    });
  }
});

test('require encrypts and proves nothing', () => {
  const tls = targetTls({ ...target, tls: 'require', ca: null });
  assert.deepEqual(tls, {
    servername: 'db.internal',
    rejectUnauthorized: false,
    identity: null,
    authorities: null,
    certificate: null,
  });
});

test('the certificate of a credential is shown, and of no other', () => {
  const certificate = { certificate: 'PEM of a certificate', key: 'PEM of a key' };
  const credential = { user: 'etl', password: null };
  assert.deepEqual(targetTls(targetFor(target, { ...credential, certificate }))?.certificate, certificate);
  assert.equal(targetFor(target, credential), target);
});

test('off is no TLS', () => {
  assert.equal(targetTls({ ...target, tls: 'off' }), null);
});
