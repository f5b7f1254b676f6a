import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRoot, leafHash, nodeHash, parseTreeHash, type TreeHash } from '../../src/ledger/merkle-hash.ts';
import { MerkleTree } from '../../src/ledger/merkle-tree.ts';

// The roots of the reference implementation of Certificate Transparency (merkle_tree_test of certificate-transparency-go)
// over its eight leaves; leaves are bytes in hex.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test('the tree has the roots of the reference implementation', () => {
  const tree = new MerkleTree();
  assert.equal(hex(tree.root()), roots[0]);
  for (const [at, leaf] of leaves.entries()) {
    tree.append(leafHash(Buffer.from(leaf, 'hex').toString('latin1')));
    assert.equal(hex(tree.root()), roots[at + 1]);
    assert.equal(tree.size, at + 1);
  }
});

test('the root is the recursive definition of RFC 6962, 2.1, at every size', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 200 }), (entries) => {
      const tree = new MerkleTree();
      for (const entry of entries) tree.append(leafHash(entry));
      assert.equal(hex(tree.root()), recursiveRoot(entries.map((entry) => Buffer.from(entry))).toString('hex'));
    }),
    { numRuns: 60 },
  );
});

test('the root of a tree can be asked for between appends without changing it', () => {
  const asked = new MerkleTree();
  const silent = new MerkleTree();
  for (let at = 0; at < 100; at++) {
    asked.append(leafHash(`entry ${at}`));
    silent.append(leafHash(`entry ${at}`));
    asked.root();
  }
  assert.equal(asked.root(), silent.root());
});

test('a leaf and a node over the same bytes have different hashes', () => {
  const one = leafHash('one');
  const other = leafHash('other');
  assert.notEqual(nodeHash(one, other), nodeHash(other, one));
  assert.notEqual(nodeHash(one, other), leafHash(`${one}${other}`));
  assert.equal(hex(emptyRoot), roots[0]);
});

test('a tree hash has one spelling', () => {
  const good = leafHash('x');
  assert.equal(parseTreeHash(good), good);
  // The last character before the padding carries two bits that decode to nothing.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const loose = alphabet[alphabet.indexOf(good.charAt(42)) + 1] ?? '';
  const spellings = [
    `${good.slice(0, 42)}${loose}=`,
    good.slice(0, 43),
    ` ${good.slice(1)}`,
    good.replace('=', 'A'),
    '',
  ];
  for (const spelling of spellings) assert.equal(parseTreeHash(spelling), null, spelling);
});

function recursiveRoot(entries: readonly Buffer[]): Buffer {
  const [only] = entries;
  if (entries.length === 0) return sha256();
  if (entries.length === 1 && only !== undefined) return sha256(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha256(Buffer.of(1), recursiveRoot(entries.slice(0, split)), recursiveRoot(entries.slice(split)));
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function hex(hash: TreeHash): string {
  return Buffer.from(hash, 'base64').toString('hex');
}
