import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../src/base/loopback.ts';

test('addresses and names of this machine, and what only looks like them', () => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) assert.equal(isLoopback(host), true, host);
  for (const host of [
    '0.0.0.0',
    '10.0.0.1',
    '128.0.0.1',
    '127.0.0.1.example',
    'localhost.example',
    '',
    '::',
    '2127.0.0.1',
  ])
    assert.equal(isLoopback(host), false, host);
});
