import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leafHashOf } from '../../src/ledger/merkle-bytes.ts';
import { provesConsistency, provesInclusion } from '../../src/ledger/merkle-proof.ts';
import { TileBuilder } from '../../src/ledger/tile-builder.ts';
import { formatTilePath } from '../../src/ledger/tile-path.ts';
import { readEdge, TileFault, TileTree } from '../../src/ledger/tile-tree.ts';
import { auditPath, consistencyProof, hashOfLeaf, rootByPath, tilePaths, treeHash } from '../support/tlog-reference.ts';
import { type Files, memoryTiles } from './memory-ledger.ts';

const most = 70_000;
const entries = Array.from({ length: most }, (_, at) => Buffer.from(`entry ${at}`));
const leaves = entries.map(hashOfLeaf);
// Around every boundary of a tile; trees with a second level above have a test of their own.
const size = fc.oneof(fc.nat(700), fc.constantFrom(255, 256, 257, 511, 512, 513));

test('tiles of any size are those of the specification', () => {
  for (const count of [0, 1, 2, 255, 256, 257, 700, 65_536, most]) {
    const files = built(count);
    const expected = ['entries', '0', '1', '2'].flatMap((level) =>
      tilePaths(level, Math.floor(count / 256 ** Math.max(0, Number(level) || 0))),
    );
    assert.deepEqual([...files.keys()].sort(), [...expected].sort());
    const second = files.get('tile/1/000') ?? files.get(`tile/1/000.p/${Math.floor(count / 256)}`);
    if (count >= 256) assert.deepEqual(second?.subarray(0, 32), treeHash(leaves.slice(0, 256)));
  }
});

test('roots and inclusion proofs out of tiles are those of the recursive definition', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat(), async (count, seed) => {
      const tree = new TileTree(memoryTiles(built(count)), count);
      const root = await tree.root();
      assert.deepEqual(root, treeHash(leaves.slice(0, count)));
      if (count === 0) return;
      const index = seed % count;
      const leaf = leafHashOf(entryAt(index));
      const hashes = await tree.inclusion(index);
      assert.deepEqual(hashes, auditPath(index, leaves.slice(0, count)));
      assert.equal(provesInclusion(leaf, root, { index, size: count, hashes }), true);
    }),
    { numRuns: 40 },
  );
});

test('consistency proofs out of tiles are those of the recursive definition', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat(), async (count, seed) => {
      const older = seed % (count + 1);
      const hashes = await new TileTree(memoryTiles(built(count)), count).consistency(older);
      assert.deepEqual(hashes, consistencyProof(older, leaves.slice(0, count)));
      const heads = [headOf(older), headOf(count)] as const;
      assert.equal(provesConsistency(...heads, hashes), true);
      if (older === 0) return;
      const forged = { size: older, root: hashOfLeaf(Buffer.from('x')) };
      assert.equal(provesConsistency(forged, heads[1], hashes), false);
      assert.equal(provesConsistency(heads[0], { ...heads[1], root: forged.root }, hashes), false);
    }),
    { numRuns: 40 },
  );
});

test('trees of three levels of tiles have the same proofs', async () => {
  for (const [count, index, older] of [
    [65_536, 65_535, 40_000],
    [most, 69_999, 65_536],
  ] as const) {
    const tree = new TileTree(memoryTiles(built(count)), count);
    const own = leaves.slice(0, count);
    assert.deepEqual(await tree.root(), treeHash(own));
    assert.deepEqual(await tree.inclusion(index), auditPath(index, own));
    assert.deepEqual(await tree.consistency(older), consistencyProof(older, own));
  }
});

test('every small tree, every entry: both implementations agree on what a proof proves', () => {
  for (let count = 1; count <= 20; count++) {
    const root = treeHash(leaves.slice(0, count));
    for (let index = 0; index < count; index++) {
      const hashes = auditPath(index, leaves.slice(0, count));
      const leaf = hashOfLeaf(entryAt(index));
      for (let claimed = 0; claimed <= count; claimed++) {
        for (const length of [hashes.length - 1, hashes.length, hashes.length + 1]) {
          if (length < 0) continue;
          const changed = [...hashes, root].slice(0, length);
          const proves = provesInclusion(leaf, root, { index: claimed, size: count, hashes: changed });
          assert.equal(proves, rootByPath(leaf, claimed, count, changed)?.equals(root) === true);
          assert.equal(proves, claimed === index && length === hashes.length, `${claimed}/${count}`);
        }
      }
    }
    for (let older = 1; older < count; older++) {
      const hashes = consistencyProof(older, leaves.slice(0, count));
      assert.equal(provesConsistency(headOf(older), headOf(count), hashes), true);
      assert.equal(provesConsistency(headOf(older), headOf(count), hashes.slice(1)), false);
      assert.equal(provesConsistency(headOf(older), headOf(count), [...hashes, root]), false);
      assert.equal(provesConsistency(headOf(count), headOf(older), hashes), false);
    }
  }
});

test('a builder that is continued at its right edge goes on as if it had never stopped', async () => {
  for (const at of [0, 256, 512, 65_536]) {
    const builder = new TileBuilder(at, await readEdge(memoryTiles(built(at + 100)), at + 100));
    for (let index = at; index < at + 100; index++) builder.add(leafAt(index), entryAt(index));
    assert.deepEqual(builder.root(), treeHash(leaves.slice(0, at + 100)));
  }
  assert.throws(() => new TileBuilder(1), RangeError);
});

test('no proof is made of tiles that are missing or cut off', async () => {
  for (const change of [(_: Buffer) => undefined, (tile: Buffer) => tile.subarray(1)]) {
    const files = built(600);
    const changed = change(files.get('tile/0/001') ?? Buffer.alloc(0));
    if (changed === undefined) files.delete('tile/0/001');
    else files.set('tile/0/001', changed);
    await assert.rejects(new TileTree(memoryTiles(files), 600).inclusion(300), TileFault);
  }
});

test('the full tile stands in for a partial one that is gone', async () => {
  const files: Files = new Map([...built(300), ...built(600)]);
  assert.equal(files.delete('tile/0/001.p/44'), true);
  const tree = new TileTree(memoryTiles(files), 300);
  assert.deepEqual(await tree.root(), treeHash(leaves.slice(0, 300)));
});

function built(count: number): Files {
  const known = trees.get(count);
  if (known !== undefined) return new Map(known);
  const builder = new TileBuilder();
  const files: Files = new Map();
  for (let index = 0; index < count; index++) {
    builder.add(leafAt(index), entryAt(index));
    for (const { path, bytes } of builder.take()) files.set(formatTilePath(path), bytes);
  }
  for (const { path, bytes } of builder.edge()) files.set(formatTilePath(path), bytes);
  trees.set(count, files);
  return new Map(files);
}

const trees = new Map<number, Files>();

function headOf(count: number) {
  return { size: count, root: treeHash(leaves.slice(0, count)) };
}

function entryAt(index: number): Buffer {
  return entries[index] ?? assert.fail('no such entry');
}

function leafAt(index: number): Buffer {
  return leaves[index] ?? assert.fail('no such leaf');
}
