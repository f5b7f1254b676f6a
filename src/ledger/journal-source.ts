import type { SourceFile } from './source-file.ts';
import type { TileSource } from './tile-source.ts';

/** The files of one ledger directory, wherever they are: live, copied, or in a bundle. */
export interface JournalSource {
  /** Everything in the directory. */
  files(): Promise<readonly SourceFile[]>;
  /** The whole of a small file, or null where there is none; cut at `limit` bytes. */
  small(name: string, limit: number): Promise<Buffer | null>;
  /** The bytes of a segment, in order, in pieces of any size. */
  read(segment: string): AsyncIterable<Buffer>;
  /** The public form of the log, below the same directory. */
  readonly published: TileSource;
}

/** The newest signed head. */
export const headFileName = 'checkpoint';
/** The public key that heads are verified with. */
export const keyFileName = 'signer.vkey';
/** Bytes of a head or key file beyond which it is not one. */
export const smallFileLimit = 4096;
