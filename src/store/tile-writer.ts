import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatTilePath, type TilePath, tileWidth } from '../ledger/tile-path.ts';
import { checkpointPath } from '../ledger/tile-source.ts';
import { errorCode } from './error-code.ts';
import { replaceFile } from './replace-file.ts';
import { syncDirectory } from './sync-directory.ts';

export interface TileWriterOptions {
  /** The public form of the log. */
  readonly directory: string;
  /** For files in the making, and for nothing else: on the same file system. */
  readonly scratch: string;
  /** What was settled survives a power failure. */
  readonly sync: boolean;
}

/** Writes the public form so that a reader, or a crash, finds whole files only, and the checkpoint after its tiles. */
export class TileWriter {
  readonly #options: TileWriterOptions;
  readonly #made = new Set<string>();
  /** Directories with names that are not durable yet. */
  readonly #touched = new Set<string>();

  constructor(options: TileWriterOptions) {
    this.#options = options;
  }

  async write(path: TilePath, bytes: Buffer): Promise<void> {
    const { directory, scratch, sync } = this.#options;
    const name = formatTilePath(path);
    const target = `${directory}/${name}`;
    await this.#make(dirname(target));
    const made = `${scratch}/${name.replaceAll('/', '-')}.new`;
    try {
      await writeWhole(made, bytes, sync);
      await rename(made, target);
    } catch (error) {
      // On a full disk, what was begun must not take the room that the journal waits for.
      await unlink(made).catch(() => undefined);
      throw error;
    }
    this.#touched.add(dirname(target));
  }

  /** Resolves when everything that was written is there to stay. */
  async settle(): Promise<void> {
    const touched = [...this.#touched];
    if (this.#options.sync) await Promise.all(touched.map(syncDirectory));
    for (const directory of touched) this.#touched.delete(directory);
  }

  /** After a fault: directories may be gone, and what is not published yet will be written again. */
  forget(): void {
    this.#made.clear();
    this.#touched.clear();
  }

  /** The full tile is there: c2sp.org/tlog-tiles, "Partial Tiles", lets the partial ones go. */
  async retire(path: TilePath): Promise<void> {
    const partials = `${this.#options.directory}/${formatTilePath({ ...path, width: tileWidth })}.p`;
    this.#made.delete(partials);
    const names = await namesIn(partials);
    if (names === null) return;
    await Promise.all(names.map((name) => unlink(`${partials}/${name}`)));
    await rmdir(partials);
    this.#touched.delete(partials);
  }

  async publish(checkpoint: string): Promise<void> {
    const { directory, scratch, sync } = this.#options;
    await this.#make(directory);
    await this.settle();
    await replaceFile(`${directory}/${checkpointPath}`, checkpoint, { scratch, sync });
  }

  async #make(path: string): Promise<void> {
    if (this.#made.has(path)) return;
    const { directory, scratch } = this.#options;
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    await mkdir(path, { recursive: true, mode: 0o700 });
    // The name of a directory lies in the one above it.
    for (let made = path; made.length >= directory.length; made = dirname(made)) this.#touched.add(dirname(made));
    this.#made.add(path);
  }
}

async function writeWhole(path: string, bytes: Buffer, sync: boolean): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(bytes);
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}

async function namesIn(directory: string): Promise<readonly string[] | null> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What a crash left in the making is written over. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
