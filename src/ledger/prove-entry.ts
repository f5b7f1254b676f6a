import { err, ok, type Result } from '../base/result.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { parseBundle } from './entry-bundle.ts';
import { smallFileLimit } from './journal-source.ts';
import { leafHashOf } from './merkle-bytes.ts';
import { provesInclusion } from './merkle-proof.ts';
import { formatTilePath, tileWidth, widthIn } from './tile-path.ts';
import { bundleBytes, checkpointPath, type TileSource } from './tile-source.ts';
import { TileFault, TileTree } from './tile-tree.ts';
import { formatTlogProof } from './tlog-proof.ts';

/**
 * Entry `index` with its proof in one text, from published files alone. What is handed out was checked first: a log that
 * does not hold together gives a phrase instead.
 */
export async function proveEntry(source: TileSource, index: number): Promise<Result<string, string>> {
  const note = (await source.read(checkpointPath, smallFileLimit))?.toString('utf8') ?? '';
  const checkpoint = parseCheckpoint(note);
  if (checkpoint === null) return err('there is no checkpoint of a published log');
  const { size, root } = checkpoint;
  if (index >= size) return err(`entry ${index} is not published: the checkpoint covers ${size} entries`);
  const extra = await readEntry(source, size, index);
  if (extra === null) return err(`the bundle of entry ${index} is missing or malformed`);
  try {
    const hashes = await new TileTree(source, size).inclusion(index);
    const proves = provesInclusion(leafHashOf(extra), Buffer.from(root, 'base64'), { index, size, hashes });
    if (!proves) return err(`entry ${index} and the tiles above it do not lead to the root of the checkpoint`);
    return ok(formatTlogProof({ index, extra, hashes, checkpoint: note }));
  } catch (fault) {
    if (fault instanceof TileFault) return err(fault.message);
    throw fault;
  }
}

async function readEntry(source: TileSource, size: number, index: number): Promise<Buffer | null> {
  const bundle = { level: 'entries', index: Math.floor(index / tileWidth) } as const;
  const path = formatTilePath({ ...bundle, width: widthIn(size, bundle) });
  const full = formatTilePath({ ...bundle, width: tileWidth });
  const bytes = (await source.read(path, bundleBytes)) ?? (await source.read(full, bundleBytes));
  return bytes === null ? null : (parseBundle(bytes)?.[index % tileWidth] ?? null);
}
