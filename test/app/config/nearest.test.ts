import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../src/app/config/nearest.ts';

test('what was probably meant', () => {
  const known = ['dataDir', 'listeners', 'name', 'tls', 'port', 'proxyProtocol'];
  const table: readonly (readonly [string, string | null])[] = [
    ['data_dir', 'dataDir'],
    ['datadir', 'dataDir'],
    ['listener', 'listeners'],
    ['nmae', 'name'],
    ['tsl', 'tls'],
    ['prot', 'port'],
    ['PROXY-PROTOCOL', 'proxyProtocol'],
    ['connections', null],
    ['x', null],
    ['', null],
  ];
  for (const [word, expected] of table) assert.equal(nearest(word, known), expected, word);
});

test('a word of any length is answered at once', () => {
  assert.equal(nearest('x'.repeat(1_000_000), ['name']), null);
});
