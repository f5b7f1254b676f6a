import { type Head, signHead } from '../ledger/head.ts';
import { headFileName } from '../ledger/journal-source.ts';
import type { MerkleTree } from '../ledger/merkle-tree.ts';
import type { Signer } from '../ledger/signer.ts';
import { errorPhrase } from './error-code.ts';
import type { JournalOptions } from './journal-options.ts';
import { replaceFile } from './replace-file.ts';

/** The signed head beside the entries. One write at a time, however often it is asked for. */
export class HeadFile {
  readonly #options: Pick<JournalOptions, 'directory' | 'scratch' | 'durability'>;
  readonly #signer: Signer;
  #writing: Promise<string | null> = Promise.resolve(null);
  #sealed = -1;

  /** `sealed` is the size that the head on disk covers, or -1 where there is none. */
  constructor(options: Pick<JournalOptions, 'directory' | 'scratch' | 'durability'>, signer: Signer, sealed: number) {
    this.#options = options;
    this.#signer = signer;
    this.#sealed = sealed;
  }

  /** Entries that the head on disk covers. */
  get sealed(): number {
    return this.#sealed;
  }

  /** Covers the tree as it is now. Null, or a phrase for what went wrong. */
  seal(tree: MerkleTree): Promise<string | null> {
    const head = { origin: this.#signer.keyName, size: tree.size, root: tree.root() };
    this.#writing = this.#writing.then(() => this.#write(head));
    return this.#writing;
  }

  async #write(head: Head): Promise<string | null> {
    if (head.size <= this.#sealed) return null;
    const { directory, scratch, durability } = this.#options;
    try {
      const text = await signHead(head, this.#signer);
      await replaceFile(`${directory}/${headFileName}`, text, { scratch, sync: durability === 'fsync' });
      this.#sealed = head.size;
      return null;
    } catch (error) {
      return errorPhrase(error);
    }
  }
}
