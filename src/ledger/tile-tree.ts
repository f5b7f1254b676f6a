import { edgeRoot, fullRoot, hashBytes, hashesOf, nodeHashOf } from './merkle-bytes.ts';
import { formatTilePath, hashesIn, leavesUnder, tileWidth, widthIn } from './tile-path.ts';
import { type TileSource, tileBytes } from './tile-source.ts';

/** A tile that is missing or too short: no proof can be made of it. */
export class TileFault extends Error {
  override readonly name = 'TileFault';
}

/** The tree of `size` entries behind published tiles. Its methods reject with {@link TileFault}. */
export class TileTree {
  readonly #source: Pick<TileSource, 'read'>;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<readonly Buffer[]>>();

  constructor(source: Pick<TileSource, 'read'>, size: number) {
    this.#source = source;
    this.#size = size;
  }

  async root(): Promise<Buffer> {
    return this.#size === 0 ? edgeRoot([]) : this.#hash(0, this.#size);
  }

  /** RFC 6962, 2.1.1: the hashes that lead from entry `index` to the root. */
  async inclusion(index: number): Promise<readonly Buffer[]> {
    if (index >= this.#size) throw new RangeError('the entry lies beyond the tree');
    const hashes: Promise<Buffer>[] = [];
    let [start, end] = [0, this.#size];
    while (end - start > 1) {
      const middle = start + splitOf(end - start);
      if (index < middle) {
        hashes.push(this.#hash(middle, end));
        end = middle;
      } else {
        hashes.push(this.#hash(start, middle));
        start = middle;
      }
    }
    return (await Promise.all(hashes)).reverse();
  }

  /** RFC 6962, 2.1.2: the hashes that show that the first `older` entries begin this tree. */
  async consistency(older: number): Promise<readonly Buffer[]> {
    if (older > this.#size) throw new RangeError('the older tree is the larger one');
    if (older === 0 || older === this.#size) return [];
    const hashes: Promise<Buffer>[] = [];
    let [start, end] = [0, this.#size];
    while (end !== older) {
      const middle = start + splitOf(end - start);
      if (older <= middle) {
        hashes.push(this.#hash(middle, end));
        end = middle;
      } else {
        hashes.push(this.#hash(start, middle));
        start = middle;
      }
    }
    if (start > 0) hashes.push(this.#hash(start, end));
    return (await Promise.all(hashes)).reverse();
  }

  /** RFC 6962, 2.1: the root over the entries from `start` up to `end`. */
  async #hash(start: number, end: number): Promise<Buffer> {
    const count = end - start;
    const split = splitOf(count);
    // Every range that a proof asks for begins at a multiple of its length, rounded up to a power of two.
    if (split * 2 !== count && count !== 1) {
      const [left, right] = await Promise.all([this.#hash(start, start + split), this.#hash(start + split, end)]);
      return nodeHashOf(left, right);
    }
    let level = 0;
    while (leavesUnder(level + 1) <= count) level++;
    const first = start / leavesUnder(level);
    const tile = await this.#tile(level, Math.floor(first / tileWidth));
    const hashes = tile.slice(first % tileWidth, (first % tileWidth) + count / leavesUnder(level));
    return fullRoot(hashes);
  }

  #tile(level: number, index: number): Promise<readonly Buffer[]> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key) ?? readTile(this.#source, this.#size, level, index);
    this.#tiles.set(key, known);
    return known;
  }
}

/** The hashes that the tree of `size` entries has in a tile: from the partial tile, or the full one that replaced it. */
export async function readTile(
  source: Pick<TileSource, 'read'>,
  size: number,
  level: number,
  index: number,
): Promise<readonly Buffer[]> {
  const width = widthIn(size, { level, index });
  const path = formatTilePath({ level, index, width });
  const full = formatTilePath({ level, index, width: tileWidth });
  const bytes = (await source.read(path, tileBytes)) ?? (await source.read(full, tileBytes));
  if (bytes === null) throw new TileFault(`${path} is missing`);
  if (bytes.length < width * hashBytes) throw new TileFault(`${path} is cut off`);
  return hashesOf(bytes.subarray(0, width * hashBytes));
}

/** The right edge of the tree of `size` entries above level 0, level 0 being empty: what a builder is continued with. */
export async function readEdge(
  source: Pick<TileSource, 'read'>,
  size: number,
): Promise<readonly (readonly Buffer[])[]> {
  const rows: (readonly Buffer[])[] = [[]];
  for (let level = 1; hashesIn(size, level) > 0; level++) {
    const width = hashesIn(size, level) % tileWidth;
    const index = Math.floor(hashesIn(size, level) / tileWidth);
    rows.push(width === 0 ? [] : await readTile(source, size, level, index));
  }
  return rows;
}

/** The largest power of two below `count`: where RFC 6962 parts a tree. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
