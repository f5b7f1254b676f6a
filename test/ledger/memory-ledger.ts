import { signHead } from '../../src/ledger/head.ts';
import { journalLine, segmentName } from '../../src/ledger/journal-line.ts';
import { headFileName, type JournalSource, keyFileName } from '../../src/ledger/journal-source.ts';
import { leafHashOf } from '../../src/ledger/merkle-bytes.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { MerkleTree } from '../../src/ledger/merkle-tree.ts';
import { type Signer, verifierKeyOf } from '../../src/ledger/signer.ts';
import { TileBuilder } from '../../src/ledger/tile-builder.ts';
import { formatTilePath } from '../../src/ledger/tile-path.ts';
import { checkpointPath, type TileSource } from '../../src/ledger/tile-source.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { decided, entryText, envelope, newSigner } from './sample-events.ts';

/** Files of a ledger directory by name. */
export type Files = Map<string, Buffer>;

export const signer: Signer = newSigner(envelope.instance);

/** The text of entry `index` of the sample log. */
export function sampleEntry(index: number): string {
  const id = `ent_01932f5e-7a4b-7c3d-8e2f-${String(index).padStart(12, '0')}`;
  return entryText(decided({ text: `select ${'x'.repeat(index % 7)}` }), { ...envelope, id });
}

/** A sealed log of `size` entries whose segments start at `starts`; the head covers `sealed` of them. */
export async function sampleFiles(size: number, starts: readonly number[] = [0], sealed = size): Promise<Files> {
  const files: Files = new Map();
  for (const [at, start] of starts.entries()) {
    let text = '';
    for (let index = start; index < (starts[at + 1] ?? size); index++) {
      const entry = sampleEntry(index);
      text += journalLine(index, leafHash(entry), entry);
    }
    files.set(segmentName(start), Buffer.from(text));
  }
  files.set(headFileName, Buffer.from(await sampleHead(sealed)));
  files.set(keyFileName, Buffer.from(formatVerifierKey(verifierKeyOf(signer))));
  return files;
}

export async function sampleHead(size: number, by: Signer = signer): Promise<string> {
  const tree = new MerkleTree();
  for (let index = 0; index < size; index++) tree.append(leafHash(sampleEntry(index)));
  return signHead({ origin: by.keyName, size, root: tree.root() }, by);
}

/** The files as a source; segments come in pieces of `pieceBytes`. */
export function memorySource(files: Files, pieceBytes = 1000, published: Files = new Map()): JournalSource {
  return {
    files: async () => [...files.keys()].map((name) => ({ name, regular: true })),
    small: async (name, limit) => files.get(name)?.subarray(0, limit) ?? null,
    read: async function* (segment) {
      const bytes = files.get(segment) ?? Buffer.alloc(0);
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
    published: memoryTiles(published),
  };
}

/** Published files as a source; none at all: nothing was ever published. */
export function memoryTiles(files: Files): TileSource {
  return {
    files: async () => (files.size === 0 ? null : [...files.keys()].map((name) => ({ name, regular: true }))),
    read: async (path, limit) => files.get(path)?.subarray(0, limit) ?? null,
  };
}

/** The public form of the first `size` entries of the sample log. */
export async function samplePublished(size: number): Promise<Files> {
  const builder = new TileBuilder();
  for (let index = 0; index < size; index++) {
    const entry = Buffer.from(sampleEntry(index));
    builder.add(leafHashOf(entry), entry);
  }
  const files: Files = new Map([[checkpointPath, Buffer.from(await sampleHead(size))]]);
  for (const { path, bytes } of [...builder.take(), ...builder.edge()]) files.set(formatTilePath(path), bytes);
  return files;
}
