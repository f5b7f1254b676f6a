import { hash } from 'node:crypto';

/** Bytes of a SHA-256: what a tile is a sequence of. */
export const hashBytes = 32;

/** RFC 6962, 2.1, over bytes: what `leafHash` is over text. */
export function leafHashOf(entry: Buffer): Buffer {
  const length = 1 + entry.length;
  if (length > leaf.length) leaf = Buffer.alloc(length * 2);
  entry.copy(leaf, 1);
  return hash('sha256', leaf.subarray(0, length), 'buffer');
}

/** RFC 6962, 2.1: the hash of an inner node. */
export function nodeHashOf(left: Buffer, right: Buffer): Buffer {
  left.copy(node, 1, 0, hashBytes);
  right.copy(node, 1 + hashBytes, 0, hashBytes);
  return hash('sha256', node, 'buffer');
}

/** The root over `hashes`, which are the roots of equally large full trees; their number is a power of two. */
export function fullRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHashOf(hashAt(row, at), hashAt(row, at + 1)));
    row = above;
  }
  return hashAt(row, 0);
}

/**
 * The root of the tree whose right edge is `rows`: row `l` holds the hashes, each over 256^l leaves, that no full tile of
 * the row above covers. Subtrees shrink to the right, so they are joined from there.
 */
export function edgeRoot(rows: readonly (readonly Buffer[])[]): Buffer {
  let root: Buffer | null = null;
  for (const row of rows) {
    for (let end = row.length; end > 0; ) {
      const width = end & -end;
      const part = fullRoot(row.slice(end - width, end));
      root = root === null ? part : nodeHashOf(part, root);
      end -= width;
    }
  }
  return root ?? hash('sha256', '', 'buffer');
}

/** The hashes that a tile is made of. */
export function hashesOf(tile: Buffer): readonly Buffer[] {
  const hashes: Buffer[] = [];
  for (let at = 0; at + hashBytes <= tile.length; at += hashBytes) hashes.push(tile.subarray(at, at + hashBytes));
  return hashes;
}

function hashAt(row: readonly Buffer[], at: number): Buffer {
  const found = row[at];
  if (found === undefined) throw new RangeError('a row of hashes is shorter than it was taken for');
  return found;
}

let leaf = Buffer.alloc(64 * 1024);
const node = Buffer.alloc(1 + 2 * hashBytes, 1);
