import { type Checkpoint, checkpointFault, parseCheckpoint } from './checkpoint.ts';
import { isSignedBy, parseHead, type SignedHead } from './head.ts';
import { parseSegmentName } from './journal-line.ts';
import { type JournalScan, scanJournal } from './journal-scan.ts';
import { headFileName, type JournalSource, keyFileName, smallFileLimit } from './journal-source.ts';
import { TileCheck } from './tile-check.ts';
import { checkpointPath, publicDirectoryName } from './tile-source.ts';
import type { Verification, VerificationFault } from './verification.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

export interface VerifyOptions {
  /** The key that the verifier holds; null: the one beside the log is used, and the answer says so. */
  readonly publicKey: VerifierKey | null;
  /** An earlier head that the verifier holds, as it came; null: none. */
  readonly checkpoint: string | null;
  /** For a reader that compares the root and needs sealed entries only hashed. */
  readonly hashSealedOnly?: boolean;
}

/**
 * Verifies a ledger directory against nothing but keys and checkpoints: every byte of every file in it. Heads are read
 * before the entries, so that a log that is being written is never found shorter than its head.
 */
export async function verifyJournal(source: JournalSource, options: VerifyOptions): Promise<Verification> {
  return (await inspect(source, options, true)).verification;
}

/** The same without the public form, with what was read on the way: the gateway opens its log with it. */
export function inspectJournal(source: JournalSource, options: VerifyOptions): Promise<Inspection> {
  return inspect(source, options, false);
}

export interface Inspection {
  readonly verification: Verification;
  readonly scan: JournalScan;
}

async function inspect(source: JournalSource, options: VerifyOptions, withPublished: boolean): Promise<Inspection> {
  const faults: VerificationFault[] = [];
  const key = await readKey(source, options.publicKey, faults);
  const head = await readHead(source, key, faults);
  const published = withPublished ? await readPublished(source, key, head, faults) : null;
  const checkpoint = readCheckpoint(options.checkpoint, key, head, faults);
  await findStrangers(source, faults);

  const scan = await scanJournal(source, {
    rootsAt: [head?.size ?? 0, checkpoint?.size ?? 0, published?.head?.size ?? 0],
    instance: head?.origin ?? null,
    envelopesFrom: options.hashSealedOnly === true ? (head?.size ?? 0) : 0,
    reader: published?.tiles ?? null,
  });
  if (scan.fault !== null) faults.push(scan.fault);
  compareHead(head, scan, faults);
  comparePublished(published?.head ?? null, scan, faults);
  // Where the journal itself ends in a fault, nothing can be said of what lies behind it.
  if (scan.fault === null) await published?.tiles.finish();
  const consistent = compareCheckpoint(checkpoint, scan, faults);

  const sealed = head === null ? 0 : Math.min(head.size, scan.tree.size);
  const verification: Verification = {
    ok: faults.length === 0,
    entries: String(scan.tree.size),
    sealed: String(sealed),
    unsealed: String(scan.tree.size - sealed),
    partialBytes: scan.fault === null ? scan.partialBytes : 0,
    origin: head?.origin ?? null,
    root: head?.root ?? null,
    signer: key === null ? null : { name: key.name, id: key.id, pinned: options.publicKey !== null },
    checkpoint: consistent && checkpoint !== null ? String(checkpoint.size) : null,
    published: published?.head == null ? null : String(published.head.size),
    faults,
  };
  return { verification, scan };
}

async function readKey(
  source: JournalSource,
  pinned: VerifierKey | null,
  faults: VerificationFault[],
): Promise<VerifierKey | null> {
  const bytes = await source.small(keyFileName, smallFileLimit);
  const beside = bytes === null ? null : parseVerifierKey(bytes.toString('utf8'));
  const spoilt = beside === null || bytes === null || bytes.length !== expectedLength(bytes);
  if (spoilt) {
    faults.push(
      fault(
        'key',
        keyFileName,
        bytes === null ? 'the key beside the log is missing' : 'the key beside the log is malformed',
      ),
    );
    return pinned;
  }
  if (pinned !== null && !(pinned.name === beside.name && pinned.publicKey.equals(beside.publicKey))) {
    faults.push(
      fault('key', keyFileName, `the key beside the log, ${beside.name}+${beside.id}, is not the pinned one`),
    );
  }
  return pinned ?? beside;
}

/** The file is the key and one newline: nothing else may hide in it. */
function expectedLength(bytes: Buffer): number {
  return Buffer.byteLength(`${bytes.toString('utf8').trimEnd()}\n`);
}

async function readHead(
  source: JournalSource,
  key: VerifierKey | null,
  faults: VerificationFault[],
): Promise<SignedHead | null> {
  const bytes = await source.small(headFileName, smallFileLimit);
  const head = bytes === null ? null : parseHead(bytes.toString('utf8'));
  if (head === null) {
    faults.push(
      fault('head', headFileName, bytes === null ? 'the signed head is missing' : 'the signed head is malformed'),
    );
  } else if (key !== null && !isSignedBy(head, key)) {
    faults.push(fault('head', headFileName, `the signed head is not signed by ${key.name}+${key.id}`));
  } else if (head.origin !== head.keyName) {
    faults.push(fault('head', headFileName, 'the signed head names another log than its key'));
  }
  return head;
}

/** The public form and what it is compared with, or null where there is none. */
async function readPublished(
  source: JournalSource,
  key: VerifierKey | null,
  head: SignedHead | null,
  faults: VerificationFault[],
): Promise<{ readonly head: SignedHead | null; readonly tiles: TileCheck } | null> {
  // The first file of a published log is its checkpoint: where others were found, it must be there.
  const files = (await source.published.files()) ?? [];
  const bytes = await source.published.read(checkpointPath, smallFileLimit);
  if (bytes === null && files.length === 0) return null;
  const found = bytes === null ? null : parseHead(bytes.toString('utf8'));
  const tiles = new TileCheck(source.published, found?.size ?? 0, faults);
  const file = `${publicDirectoryName}/${checkpointPath}`;
  const message = publishedFault(found, bytes === null, key, head);
  if (message !== null) faults.push(fault('published', file, `the published checkpoint is ${message}`));
  tiles.list(files);
  return { head: found, tiles };
}

function publishedFault(
  found: SignedHead | null,
  missing: boolean,
  key: VerifierKey | null,
  head: SignedHead | null,
): string | null {
  if (missing) return 'missing';
  if (found === null) return 'malformed';
  if (key !== null && !isSignedBy(found, key)) return `not signed by ${key.name}+${key.id}`;
  return head !== null && found.origin !== head.origin ? 'of another log' : null;
}

function readCheckpoint(
  text: string | null,
  key: VerifierKey | null,
  head: SignedHead | null,
  faults: VerificationFault[],
): Checkpoint | null {
  if (text === null) return null;
  const checkpoint = parseCheckpoint(text);
  const message = givenFault(checkpoint, key, head);
  if (message === null) return checkpoint;
  faults.push(fault('checkpoint', null, `the checkpoint that was given is ${message}`));
  return null;
}

function givenFault(checkpoint: Checkpoint | null, key: VerifierKey | null, head: SignedHead | null): string | null {
  if (checkpoint === null) return 'malformed';
  const unsigned = key === null ? null : checkpointFault(checkpoint, key);
  if (unsigned !== null) return unsigned;
  return head !== null && checkpoint.origin !== head.origin ? 'of another log' : null;
}

async function findStrangers(source: JournalSource, faults: VerificationFault[]): Promise<void> {
  for (const file of await source.files()) {
    const known = file.name === headFileName || file.name === keyFileName || parseSegmentName(file.name) !== null;
    if (file.name === publicDirectoryName ? !file.regular : known && file.regular) continue;
    faults.push(fault('file', file.name, `${JSON.stringify(file.name)} is no file of a ledger`));
  }
}

function compareHead(head: SignedHead | null, scan: JournalScan, faults: VerificationFault[]): void {
  if (head === null) return;
  const root = scan.roots.get(head.size);
  if (root === undefined) {
    // A fault in the entries already says where the log stops being one.
    if (scan.fault === null) faults.push(cut('cut', head.size, scan.tree.size, 'the signed head'));
  } else if (root !== head.root) {
    faults.push(
      fault('root', headFileName, `the first ${head.size} entries are not those that the head was signed for`),
    );
  }
}

function comparePublished(published: SignedHead | null, scan: JournalScan, faults: VerificationFault[]): void {
  if (published === null) return;
  const root = scan.roots.get(published.size);
  const file = `${publicDirectoryName}/${checkpointPath}`;
  if (root === undefined) {
    if (scan.fault === null) faults.push(cut('cut', published.size, scan.tree.size, 'the published checkpoint'));
  } else if (root !== published.root) {
    const what = `the first ${published.size} entries are not those that the published checkpoint was signed for`;
    faults.push(fault('published', file, what));
  }
}

function compareCheckpoint(checkpoint: Checkpoint | null, scan: JournalScan, faults: VerificationFault[]): boolean {
  if (checkpoint === null) return false;
  const root = scan.roots.get(checkpoint.size);
  if (root === undefined) {
    if (scan.fault === null)
      faults.push(cut('checkpoint', checkpoint.size, scan.tree.size, 'the checkpoint that was given'));
    return false;
  }
  if (root === checkpoint.root) return true;
  faults.push(
    fault(
      'checkpoint',
      null,
      `the first ${checkpoint.size} entries were rewritten since the checkpoint that was given`,
    ),
  );
  return false;
}

function cut(kind: 'cut' | 'checkpoint', covered: number, found: number, by: string): VerificationFault {
  const message = `the log was cut off: ${found} entries, and ${by} covers ${covered}`;
  return { kind, index: String(found), file: null, message };
}

function fault(kind: VerificationFault['kind'], file: string | null, message: string): VerificationFault {
  return { kind, index: null, file, message };
}
