import { bundleEnd } from './entry-bundle.ts';
import { hashBytes } from './merkle-bytes.ts';
import type { TreeHash } from './merkle-hash.ts';
import type { SourceFile } from './source-file.ts';
import { TileBuilder, type TileFile } from './tile-builder.ts';
import {
  formatTilePath,
  hashesIn,
  leavesUnder,
  parseTilePath,
  type TilePath,
  tileWidth,
  widthIn,
} from './tile-path.ts';
import { bundleBytes, checkpointPath, publicDirectoryName, type TileSource } from './tile-source.ts';
import type { VerificationFault } from './verification.ts';

/**
 * Compares published tiles and bundles, byte for byte, with those that the journal makes. It is fed with the entries as they
 * are read, and says of each file that differs with which entry it begins to.
 */
export class TileCheck {
  readonly #source: TileSource;
  readonly #faults: VerificationFault[];
  /** Entries that the published checkpoint covers: their files must be there. */
  readonly #size: number;
  readonly #builder = new TileBuilder();
  /** Widths of the partial files that were found, by the path of the full one. */
  readonly #partials = new Map<string, number[]>();
  /** The last full file that was found, by level. */
  readonly #furthest = new Map<TilePath['level'], number>();

  /** `faults` is added to. */
  constructor(source: TileSource, size: number, faults: VerificationFault[]) {
    this.#source = source;
    this.#size = size;
    this.#faults = faults;
  }

  /** Notes what is there. It is called before the journal is read: what is published later is not missed. */
  list(files: readonly SourceFile[]): void {
    for (const { name, regular } of files) {
      if (name === checkpointPath && regular) continue;
      const path = parseTilePath(name);
      if (path === null || !regular) this.#stranger(`${publicDirectoryName}/${name}`);
      else if (path.width < tileWidth) this.#notePartial(path);
      else this.#furthest.set(path.level, Math.max(path.index, this.#furthest.get(path.level) ?? 0));
    }
  }

  /** The next entry of the journal. */
  add(leaf: TreeHash, entry: string): void {
    this.#builder.add(Buffer.from(leaf, 'base64'), Buffer.from(entry));
  }

  /** Compares the files that are full by now. */
  async compare(): Promise<void> {
    for (const file of this.#builder.take()) await this.#compareFull(file);
  }

  /** Compares the partial files at the end of the journal. Whatever was found beyond it belongs to no entry. */
  async finish(): Promise<void> {
    await this.compare();
    for (const file of this.#builder.edge()) await this.#comparePartials(file, false);
    for (const [full, widths] of this.#partials)
      this.#beyond(`${publicDirectoryName}/${full}.p/${Math.max(...widths)}`);
    for (const [level, index] of this.#furthest) {
      const covered = hashesIn(this.#builder.size, level) / tileWidth;
      if (index >= Math.floor(covered)) this.#beyond(fileOf({ level, index, width: tileWidth }));
    }
  }

  async #compareFull(file: TileFile): Promise<void> {
    const found = await this.#readFull(file.path);
    if (found !== null) this.#compareBytes(found, file, file.path);
    else if (widthIn(this.#size, file.path) === tileWidth) this.#missing(file.path);
    await this.#comparePartials(file, found !== null);
  }

  /** `replaced`: the full file is there, and was compared. */
  async #comparePartials(file: TileFile, replaced: boolean): Promise<void> {
    const key = formatTilePath({ ...file.path, width: tileWidth });
    const needed = widthIn(this.#size, file.path);
    const widths = new Set(this.#partials.get(key));
    if (needed > 0 && needed < tileWidth) widths.add(needed);
    this.#partials.delete(key);
    for (const width of widths) {
      const path = { ...file.path, width };
      const found = await this.#source.read(formatTilePath(path), limitOf(path));
      if (width > file.path.width) this.#beyond(fileOf(path));
      else if (found !== null) this.#compareBytes(found, firstOf(file, width), path);
      else if (width === needed && !replaced) await this.#compareReplaced(file, path);
    }
  }

  /** A partial file goes when the full one is there, also while this reads: the full one must then begin like it. */
  async #compareReplaced(file: TileFile, path: TilePath): Promise<void> {
    const full = await this.#readFull(path);
    if (full === null) this.#missing(path);
    else this.#compareBytes(full.subarray(0, firstOf(file, path.width).bytes.length), firstOf(file, path.width), path);
  }

  #readFull(path: TilePath): Promise<Buffer | null> {
    return this.#source.read(formatTilePath({ ...path, width: tileWidth }), limitOf(path));
  }

  #compareBytes(found: Buffer, expected: TileFile, path: TilePath): void {
    if (found.equals(expected.bytes)) return;
    const at = firstDifference(found, expected.bytes);
    const place = placeOf(expected, at);
    const entry = (path.index * tileWidth + Math.min(place, path.width - 1)) * leavesUnder(path.level);
    const name = fileOf(path);
    const what =
      place >= path.width
        ? `${name} has ${found.length - expected.bytes.length} bytes too many`
        : at === found.length
          ? `${name} is cut off at entry ${entry}`
          : `${name} is not what the journal says, from entry ${entry} on`;
    this.#fault(path.level === 'entries' ? 'bundle' : 'tile', entry, name, what);
  }

  #missing(path: TilePath): void {
    const entry = path.index * tileWidth * leavesUnder(path.level);
    const name = fileOf(path);
    this.#fault(path.level === 'entries' ? 'bundle' : 'tile', entry, name, `${name} is missing`);
  }

  #beyond(name: string): void {
    const kind = name.includes('/entries/') ? 'bundle' : 'tile';
    this.#fault(
      kind,
      this.#builder.size,
      name,
      `${name} holds more than the ${this.#builder.size} entries of the journal`,
    );
  }

  #stranger(name: string): void {
    this.#fault('file', null, name, `${JSON.stringify(name)} is no file of a published log`);
  }

  #notePartial(path: TilePath): void {
    const key = formatTilePath({ ...path, width: tileWidth });
    this.#partials.set(key, [...(this.#partials.get(key) ?? []), path.width]);
  }

  /** Beyond the first few nobody reads on: the log is to be restored. */
  #fault(kind: VerificationFault['kind'], entry: number | null, file: string, message: string): void {
    if (this.#faults.length >= faultLimit) return;
    this.#faults.push({ kind, index: entry === null ? null : String(entry), file, message });
  }
}

function fileOf(path: TilePath): string {
  return `${publicDirectoryName}/${formatTilePath(path)}`;
}

function firstOf(file: TileFile, width: number): TileFile {
  const end = file.path.level === 'entries' ? bundleEnd(file.bytes, width) : width * hashBytes;
  return { path: { ...file.path, width }, bytes: file.bytes.subarray(0, end) };
}

function limitOf(path: TilePath): number {
  // One byte more than the largest: a longer file must not look like a whole one.
  return (path.level === 'entries' ? bundleBytes : tileWidth * hashBytes) + 1;
}

function firstDifference(found: Buffer, expected: Buffer): number {
  const shared = Math.min(found.length, expected.length);
  let at = 0;
  while (at < shared && found[at] === expected[at]) at++;
  return at;
}

/** Which hash, or which entry of the file, the byte belongs to. */
function placeOf({ path, bytes }: TileFile, at: number): number {
  if (path.level !== 'entries') return Math.floor(at / hashBytes);
  let place = 0;
  while (place < path.width && bundleEnd(bytes, place + 1) <= at) place++;
  return place;
}

const faultLimit = 32;
