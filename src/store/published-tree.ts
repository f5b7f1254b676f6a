import { err, ok, type Result } from '../base/result.ts';
import type { Head } from '../ledger/head.ts';
import type { TreeHash } from '../ledger/merkle-hash.ts';
import { TileBuilder } from '../ledger/tile-builder.ts';
import { tileWidth } from '../ledger/tile-path.ts';
import type { TileSource } from '../ledger/tile-source.ts';
import { readEdge, TileFault } from '../ledger/tile-tree.ts';
import { JournalFollower } from './journal-follower.ts';

/** A tree that is being built, and the journal at its end. */
export interface OpenTree {
  readonly builder: TileBuilder;
  readonly follower: JournalFollower;
}

/**
 * Opens the tree that `head` was signed for. Where its right edge is damaged, the tree is an empty one, so that every tile is
 * made again; but only if the journal is the log that was signed. The refusal is a phrase.
 */
export async function openPublishedTree(
  journal: string,
  source: TileSource,
  head: Head,
): Promise<Result<OpenTree, string>> {
  return (await continued(journal, source, head)) ?? (await rebuilt(journal, head));
}

/** The tree without entries. */
export async function openEmptyTree(journal: string): Promise<Result<OpenTree, string>> {
  const follower = new JournalFollower(journal);
  const missing = await follower.seek(0);
  return missing === null ? ok({ builder: new TileBuilder(), follower }) : err(missing);
}

/** The root as heads state it. */
export function rootOf(builder: TileBuilder): TreeHash {
  return builder.root().toString('base64') as TreeHash;
}

/** From the tiles of the right edge and the entries behind them; null where they do not lead to the root. */
async function continued(journal: string, source: TileSource, head: Head): Promise<Result<OpenTree, string> | null> {
  const rows = await readEdge(source, head.size).catch((fault: unknown) => {
    if (fault instanceof TileFault) return null;
    throw fault;
  });
  if (rows === null) return null;
  const base = head.size - (head.size % tileWidth);
  const tree = { builder: new TileBuilder(base, rows), follower: new JournalFollower(journal) };
  if ((await replay(tree, head)) === null) return ok(tree);
  await tree.follower.close();
  return null;
}

async function rebuilt(journal: string, head: Head): Promise<Result<OpenTree, string>> {
  const tree = { builder: new TileBuilder(), follower: new JournalFollower(journal) };
  const fault = await replay(tree, head);
  await tree.follower.close();
  return fault === null ? openEmptyTree(journal) : err(fault);
}

/** Adds the entries that the head covers. A phrase where they are not there, or not those that it was signed for. */
async function replay(tree: OpenTree, head: Head): Promise<string | null> {
  try {
    const missing = await addEntries(tree, head.size);
    if (missing !== null) return missing;
    if (rootOf(tree.builder) === head.root) return null;
    return 'the journal is not the log that the published checkpoint was signed for';
  } catch (error) {
    await tree.follower.close();
    throw error;
  }
}

async function addEntries({ builder, follower }: OpenTree, size: number): Promise<string | null> {
  const missing = await follower.seek(builder.size);
  if (missing !== null) return missing;
  while (builder.size < size) {
    const read = await follower.read(tileWidth, size);
    if (!read.ok) return read.error;
    for (const { leaf, entry } of read.value) builder.add(leaf, entry);
    builder.take();
  }
  return null;
}
