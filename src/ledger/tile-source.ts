import { entryLimit } from './entry.ts';
import { hashBytes } from './merkle-bytes.ts';
import type { SourceFile } from './source-file.ts';
import { tileWidth } from './tile-path.ts';

/** The public form of a log, wherever it lies: a directory, a copy, an HTTP server. */
export interface TileSource {
  /** Everything that lies there, by paths with `/`; null where there is no public form at all. */
  files(): Promise<readonly SourceFile[] | null>;
  /** The file, or null where there is none; cut at `limit` bytes. */
  read(path: string, limit: number): Promise<Buffer | null>;
}

/** The public form, in the ledger's directory. */
export const publicDirectoryName = 'tlog';
/** The newest checkpoint whose tiles are all there. */
export const checkpointPath = 'checkpoint';

/** Bytes of the largest tile. */
export const tileBytes = tileWidth * hashBytes;
/** Bytes beyond which a bundle is none. */
export const bundleBytes = tileWidth * (2 + entryLimit);
