import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isLoopback,
  overlaps,
  parseSocketAddress,
  printSocketAddress,
} from '../../../src/app/config/socket-address.ts';

test('addresses that are read print as they were', () => {
  for (const text of ['127.0.0.1:0', '0.0.0.0:65535', '[::1]:15432', '[::]:1', 'localhost:8400']) {
    const address = parseSocketAddress(text);
    assert.ok(address !== null, text);
    assert.equal(printSocketAddress(address), text);
  }
});

test('what is no address', () => {
  for (const text of [
    '',
    ':80',
    '127.0.0.1',
    '127.0.0.1:',
    '::1:80',
    '[127.0.0.1]:80',
    '[::1]',
    'db:80',
    '127.1:80',
    '1.2.3.4:99999',
    '1.2.3.4:-1',
  ]) {
    assert.equal(parseSocketAddress(text), null, text);
  }
});

test('loopback', () => {
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '128.0.0.1']) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('overlaps', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['127.0.0.1:1', '127.0.0.1:1', true],
    ['127.0.0.1:1', '127.0.0.1:2', false],
    ['127.0.0.1:1', '127.0.0.2:1', false],
    ['127.0.0.1:1', '0.0.0.0:1', true],
    ['10.0.0.1:1', '[::]:1', true],
    ['127.0.0.1:1', 'localhost:1', true],
    ['[::1]:1', 'localhost:1', true],
    ['[::1]:1', '127.0.0.1:1', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
  ];
  for (const [a, b, expected] of table) {
    const [left, right] = [parseSocketAddress(a), parseSocketAddress(b)];
    assert.ok(left !== null && right !== null);
    assert.equal(overlaps(left, right), expected, `${a} ${b}`);
    assert.equal(overlaps(right, left), expected, `${b} ${a}`);
  }
});
