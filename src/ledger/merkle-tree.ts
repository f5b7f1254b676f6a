import { emptyRoot, nodeHash, type TreeHash } from './merkle-hash.ts';

/**
 * The RFC 6962 tree over entries that only ever grows. Kept is its frontier alone: the roots of the full subtrees that the
 * leaves fall into, largest first, so that the root of billions of entries is a few dozen hashes away at any moment.
 */
export class MerkleTree {
  readonly #roots: TreeHash[] = [];
  // Leaves under each root of the frontier: powers of two, strictly falling. Counted, since bits end at 2^32.
  readonly #leaves: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: TreeHash): void {
    let root = leaf;
    let leaves = 1;
    while (this.#leaves.at(-1) === leaves) {
      root = nodeHash(this.#roots.pop() ?? root, root);
      this.#leaves.pop();
      leaves *= 2;
    }
    this.#roots.push(root);
    this.#leaves.push(leaves);
    this.#size++;
  }

  root(): TreeHash {
    let at = this.#roots.length - 1;
    let root = this.#roots[at] ?? emptyRoot;
    while (--at >= 0) root = nodeHash(this.#roots[at] ?? root, root);
    return root;
  }
}
