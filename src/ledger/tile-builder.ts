import { bundled } from './entry-bundle.ts';
import { edgeRoot, fullRoot } from './merkle-bytes.ts';
import { hashesIn, type TilePath, tileWidth } from './tile-path.ts';

/** A file of the public form. */
export interface TileFile {
  readonly path: TilePath;
  readonly bytes: Buffer;
}

/**
 * Makes tiles and bundles of entries (c2sp.org/tlog-tiles), one after another. Kept are the rows that no full tile covers
 * yet, at most 255 hashes a level, and the entries of the last bundle.
 */
export class TileBuilder {
  readonly #rows: Buffer[][];
  #bundle: Buffer[] = [];
  #finished: TileFile[] = [];
  #size: number;

  /** Goes on after `size` entries, a multiple of 256; `rows` is the right edge there, level 0 being empty. */
  constructor(size = 0, rows: readonly (readonly Buffer[])[] = []) {
    if (size % tileWidth !== 0) throw new RangeError('tiles are continued where a bundle begins');
    this.#size = size;
    this.#rows = rows.map((row) => [...row]);
  }

  get size(): number {
    return this.#size;
  }

  add(leaf: Buffer, entry: Buffer): void {
    this.#bundle.push(bundled(entry));
    this.#size++;
    if (this.#bundle.length === tileWidth) {
      this.#finished.push(this.#bundleFile(tileWidth));
      this.#bundle = [];
    }
    this.#push(leaf, 0);
  }

  /** The full tiles and bundles that came together since the last call, lowest first. */
  take(): readonly TileFile[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  /** The partial tiles and the partial bundle of the tree as it is now. */
  edge(): readonly TileFile[] {
    const files: TileFile[] = this.#bundle.length === 0 ? [] : [this.#bundleFile(this.#bundle.length)];
    for (const [level, row] of this.#rows.entries()) {
      if (row.length > 0) files.push(this.#tileFile(level, row));
    }
    return files;
  }

  root(): Buffer {
    return edgeRoot(this.#rows);
  }

  #push(hash: Buffer, level: number): void {
    const row = this.#rows[level] ?? [];
    this.#rows[level] = row;
    row.push(hash);
    if (row.length < tileWidth) return;
    this.#finished.push(this.#tileFile(level, row));
    this.#rows[level] = [];
    this.#push(fullRoot(row), level + 1);
  }

  #tileFile(level: number, row: readonly Buffer[]): TileFile {
    const index = Math.floor((hashesIn(this.#size, level) - 1) / tileWidth);
    return { path: { level, index, width: row.length }, bytes: Buffer.concat(row) };
  }

  #bundleFile(width: number): TileFile {
    const index = Math.floor((this.#size - 1) / tileWidth);
    return { path: { level: 'entries', index, width }, bytes: Buffer.concat(this.#bundle) };
  }
}
