import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePostgresUrl } from '../../src/store/postgres-url.ts';

const plain = {
  host: 'db.internal',
  port: 5432,
  user: 'sluice',
  password: 'p@ss',
  database: 'state',
  tls: 'verify-full',
  authorities: null,
} as const;

const read: readonly (readonly [string, Partial<Record<keyof typeof plain, unknown>>])[] = [
  ['postgres://sluice:p%40ss@db.internal/state', {}],
  [' postgresql://sluice:p%40ss@db.internal:6543/state\n', { port: 6543 }],
  ['postgres://sluice:p%40ss@127.0.0.1/state', { host: '127.0.0.1', tls: 'disable' }],
  ['postgres://sluice:p%40ss@[::1]/state', { host: '::1', tls: 'disable' }],
  ['postgres://sluice:p%40ss@localhost/state?sslmode=verify-full', { host: 'localhost' }],
  ['postgres://sluice@db.internal/state?sslmode=require', { password: '', tls: 'require' }],
  ['postgres://sluice:p%40ss@db.internal/state?sslmode=disable', { tls: 'disable' }],
  [
    'postgres://sluice:p%40ss@db.internal/state?sslmode=verify-ca&sslrootcert=/etc/ca.pem',
    { tls: 'verify-ca', authorities: '/etc/ca.pem' },
  ],
];

for (const [url, expected] of read) {
  test(`reads ${url.trim()}`, () =>
    assert.deepEqual(parsePostgresUrl(url), { ok: true, value: { ...plain, ...expected } }));
}

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /not of the form postgres:/],
  ['secret-word', /not of the form postgres:/],
  ['mysql://u:secret-word@h/d', /not of the form postgres:/],
  ['postgres:///state?host=/secret-word', /not of the form postgres:/],
  ['postgres://u:secret-word@h', /must name a user and a database/],
  ['postgres://h/secret-word', /must name a user and a database/],
  ['postgres://u:secret-word%@h/d', /a % that escapes nothing; write %25/],
  ['postgres://u:p@h/d?sslmode=prefer', /an sslmode other than/],
  ['postgres://u:p@h/d?sslmode=verify-ca', /needs an sslrootcert/],
  ['postgres://u:p@h/d?secret-word=1', /a parameter besides sslmode and sslrootcert/],
  ['postgres://u:p@h/d?options=-c%20search_path=secret-word', /a parameter besides/],
];

for (const [url, expected] of refused) {
  test(`refuses ${url}, and repeats nothing of it`, () => {
    const parsed = parsePostgresUrl(url);
    assert.match(parsed.ok ? '' : parsed.error, expected);
    assert.doesNotMatch(JSON.stringify(parsed), /secret-word/);
  });
}
