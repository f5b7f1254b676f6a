import { err, ok, type Result } from '../base/result.ts';
import { isSignedBy, parseHead, type SignedHead, signHead } from '../ledger/head.ts';
import { smallFileLimit } from '../ledger/journal-source.ts';
import { emptyRoot } from '../ledger/merkle-hash.ts';
import { type Signer, verifierKeyOf } from '../ledger/signer.ts';
import type { TileBuilder, TileFile } from '../ledger/tile-builder.ts';
import { formatTilePath, type TilePath, tileWidth } from '../ledger/tile-path.ts';
import { checkpointPath, type TileSource } from '../ledger/tile-source.ts';
import type { JournalFollower } from './journal-follower.ts';
import { type OpenTree, openEmptyTree, openPublishedTree, rootOf } from './published-tree.ts';
import type { TileWriter } from './tile-writer.ts';

export interface IntegratedLogParts {
  /** The ledger's directory. */
  readonly journal: string;
  readonly source: TileSource;
  readonly writer: TileWriter;
  readonly signer: Signer;
}

/** Why the public form cannot be continued. */
export interface IntegrationFault {
  /** It contradicts the journal, or itself: trying again would not help, and nothing may be signed. */
  readonly final: boolean;
  /** A phrase. */
  readonly message: string;
}

/**
 * The public form of the log, as far as it is built. Invariants: tiles are there before the checkpoint that needs them; a
 * checkpoint is signed only for a tree that begins with the one of the checkpoint before. Where files cannot be read or
 * written its methods reject, and the log is to be resumed.
 */
export class IntegratedLog {
  readonly #parts: IntegratedLogParts;
  readonly #follower: JournalFollower;
  readonly #builder: TileBuilder;
  /** The last checkpoint, as it lies there. */
  #note: string;
  #published: number;
  /** The partial file at each level that was written last: only the lowest change with every entry. */
  readonly #edge = new Map<TilePath['level'], string>();
  /** Levels whose last tile may have partial files. */
  readonly #partial = new Set<TilePath['level']>(['entries', ...Array(levels).keys()]);

  private constructor(parts: IntegratedLogParts, tree: OpenTree, note: string, published: number) {
    this.#parts = parts;
    this.#follower = tree.follower;
    this.#builder = tree.builder;
    this.#note = note;
    this.#published = published;
  }

  /** Continues what is there, from its right edge or, where that is damaged, from the first entry. */
  static async resume(parts: IntegratedLogParts, entries: number): Promise<Result<IntegratedLog, IntegrationFault>> {
    const note = await readNote(parts.source);
    if (note === null) return IntegratedLog.#begin(parts);
    const head = parseHead(note);
    if (head === null) return final('the published checkpoint is malformed');
    const fault = headFault(head, parts.signer, entries);
    if (fault !== null) return final(fault);
    const tree = await openPublishedTree(parts.journal, parts.source, head);
    return tree.ok ? ok(new IntegratedLog(parts, tree.value, note, head.size)) : final(tree.error);
  }

  /** A checkpoint of nothing comes first: from then on, tiles without a checkpoint are tiles that somebody took it from. */
  static async #begin(parts: IntegratedLogParts): Promise<Result<IntegratedLog, IntegrationFault>> {
    const found = await parts.source.files();
    if (found !== null && found.length > 0) return final('the published checkpoint is missing beside its tiles');
    const head = { origin: parts.signer.keyName, size: 0, root: emptyRoot };
    const note = await signHead(head, parts.signer);
    await parts.writer.publish(note);
    const tree = await openEmptyTree(parts.journal);
    return tree.ok ? ok(new IntegratedLog(parts, tree.value, note, 0)) : final(tree.error);
  }

  /** Entries that the last checkpoint covers. */
  get published(): number {
    return this.#published;
  }

  /** Entries whose tiles are made: fewer than are published where they are made anew. */
  get built(): number {
    return this.#builder.size;
  }

  /** Publishes the first `size` entries, which are durable. */
  async extend(size: number): Promise<IntegrationFault | null> {
    if (this.#builder.size === size && this.#published === size) return null;
    const retired: TilePath[] = [];
    while (this.#builder.size < size) {
      const read = await this.#follower.read(tileWidth - (this.#builder.size % tileWidth), size);
      if (!read.ok) return { final: true, message: read.error };
      for (const { leaf, entry } of read.value) this.#builder.add(leaf, entry);
      const full = this.#builder.take();
      await allOf(full.map(({ path, bytes }) => this.#parts.writer.write(path, bytes)));
      for (const { path } of full) if (this.#partial.delete(path.level)) retired.push(path);
    }
    await allOf(this.#builder.edge().map((file) => this.#writePartial(file)));
    await this.#parts.writer.settle();
    for (const path of retired) await this.#parts.writer.retire(path);
    return this.#builder.size > this.#published ? this.#publish() : null;
  }

  close(): Promise<void> {
    return this.#follower.close();
  }

  async #writePartial({ path, bytes }: TileFile): Promise<void> {
    const name = formatTilePath(path);
    if (this.#edge.get(path.level) === name) return;
    this.#partial.add(path.level);
    await this.#parts.writer.write(path, bytes);
    this.#edge.set(path.level, name);
  }

  async #publish(): Promise<IntegrationFault | null> {
    const { signer, source, writer } = this.#parts;
    // One process has the lock; whoever else writes here must not have this log signed over theirs.
    if ((await readNote(source)) !== this.#note) {
      return { final: true, message: 'the published checkpoint was replaced by another one' };
    }
    const size = this.#builder.size;
    const note = await signHead({ origin: signer.keyName, size, root: rootOf(this.#builder) }, signer);
    await writer.publish(note);
    this.#note = note;
    this.#published = size;
    return null;
  }
}

/** Rejects when all are over: a write that is still under way must not meet the next attempt. */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  for (const write of await Promise.allSettled(writes)) if (write.status === 'rejected') throw write.reason;
}

function headFault(head: SignedHead, signer: Signer, entries: number): string | null {
  const key = verifierKeyOf(signer);
  if (!isSignedBy(head, key)) return `the published checkpoint is not signed by ${key.name}+${key.id}`;
  if (head.origin !== key.name) return 'the published checkpoint is of another log';
  if (head.size <= entries) return null;
  return `the journal has ${entries} entries, and the published checkpoint covers ${head.size}`;
}

async function readNote(source: TileSource): Promise<string | null> {
  return (await source.read(checkpointPath, smallFileLimit))?.toString('utf8') ?? null;
}

function final(message: string): { readonly ok: false; readonly error: IntegrationFault } {
  return err({ final: true, message });
}

/** More than a log can have: 256^7 is beyond the safe integers. */
const levels = 8;
