import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatTilePath,
  hashesIn,
  levelsIn,
  parseTilePath,
  type TilePath,
  widthIn,
} from '../../src/ledger/tile-path.ts';
import { tilePaths } from '../support/tlog-reference.ts';

const spelt: readonly (readonly [TilePath, string])[] = [
  // c2sp.org/tlog-tiles: "index 1234067 will be encoded as x001/x234/067".
  [{ level: 0, index: 1234067, width: 256 }, 'tile/0/x001/x234/067'],
  [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
  [{ level: 63, index: 999, width: 1 }, 'tile/63/999.p/1'],
  [{ level: 1, index: 1000, width: 255 }, 'tile/1/x001/000.p/255'],
  [{ level: 'entries', index: 5, width: 256 }, 'tile/entries/005'],
  [{ level: 'entries', index: 70000, width: 112 }, 'tile/entries/x070/000.p/112'],
];

test('a tile has the path of the specification', () => {
  for (const [path, text] of spelt) {
    assert.equal(formatTilePath(path), text);
    assert.deepEqual(parseTilePath(text), path);
  }
});

test('every path reads back', () => {
  const level = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const));
  const index = fc.oneof(fc.nat(2000), fc.maxSafeNat());
  fc.assert(
    fc.property(level, index, fc.integer({ min: 1, max: 256 }), (...parts) => {
      const path = { level: parts[0], index: parts[1], width: parts[2] };
      assert.deepEqual(parseTilePath(formatTilePath(path)), path);
    }),
  );
});

test('nothing else is a path', () => {
  const others = [
    '',
    'checkpoint',
    'tile',
    'tile/0',
    'tile/64/000',
    'tile/00/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/0/x001/x002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/../000',
    'tile/0/000\n',
    'tile/Entries/000',
    `tile/0/${'x999/'.repeat(6)}999`,
  ];
  for (const other of others) assert.equal(parseTilePath(other), null, other);
});

test('a tree of 70,000 has the tiles that the specification counts', () => {
  const widths = [0, 1, 2].map((level) => widthIn(70_000, { level, index: Math.floor(hashesIn(70_000, level) / 256) }));
  assert.deepEqual([levelsIn(70_000), ...widths], [3, 112, 17, 1]);
  assert.equal(tilePaths('0', 70_000).length, 274);
  assert.deepEqual(tilePaths('0', 70_000).map(parseTilePath).at(-1), { level: 0, index: 273, width: 112 });
  assert.deepEqual([widthIn(256, { level: 0, index: 0 }), widthIn(256, { level: 1, index: 0 })], [256, 1]);
  assert.equal(widthIn(256, { level: 0, index: 1 }), 0);
});
