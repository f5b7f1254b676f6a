import { nodeHashOf } from './merkle-bytes.ts';
import { emptyRoot } from './merkle-hash.ts';

export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  /** From the sibling of the leaf to the child of the root: RFC 6962, 2.1.1. */
  readonly hashes: readonly Buffer[];
}

/** RFC 9162, 2.1.3.2: `leaf` is the entry at `index` of the tree that has `root`. */
export function provesInclusion(leaf: Buffer, root: Buffer, { index, size, hashes }: InclusionProof): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHashOf(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      hash = nodeHashOf(hash, sibling);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && hash.equals(root);
}

/** A tree as a checkpoint states it. */
export interface TreeHead {
  readonly size: number;
  readonly root: Buffer;
}

/** RFC 9162, 2.1.4.2: the first entries of `newer` are those of `older`. */
export function provesConsistency(older: TreeHead, newer: TreeHead, hashes: readonly Buffer[]): boolean {
  if (!isCount(older.size) || !isCount(newer.size) || older.size > newer.size) return false;
  if (older.size === 0) return hashes.length === 0 && older.root.equals(Buffer.from(emptyRoot, 'base64'));
  if (older.size === newer.size) return hashes.length === 0 && older.root.equals(newer.root);
  let at = older.size - 1;
  let last = newer.size - 1;
  while (at % 2 === 1) {
    at = half(at);
    last = half(last);
  }
  // The older tree is full: its root is where the proof begins, and is not repeated in it.
  const [first, ...rest] = at === 0 ? [older.root, ...hashes] : hashes;
  if (first === undefined) return false;
  let before = first;
  let after = first;
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHashOf(hash, before);
      after = nodeHashOf(hash, after);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      after = nodeHashOf(after, hash);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && before.equals(older.root) && after.equals(newer.root);
}

// Bits end at 2^32; sizes do not.
function half(count: number): number {
  return Math.floor(count / 2);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
