import { hash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { err, ok, type Result } from '../base/result.ts';
import { segmentName } from '../ledger/journal-line.ts';
import type { JournalScan } from '../ledger/journal-scan.ts';
import { headFileName, type JournalSource, keyFileName } from '../ledger/journal-source.ts';
import { MerkleTree } from '../ledger/merkle-tree.ts';
import { verifierKeyOf } from '../ledger/signer.ts';
import { formatVerifierKey, isKeyName } from '../ledger/verifier-key.ts';
import { inspectJournal } from '../ledger/verify.ts';
import { FileJournal } from './file-journal.ts';
import { FsyncSegmentWriter } from './fsync-segment-writer.ts';
import { HeadFile } from './head-file.ts';
import { type JournalOptions, journalLimits } from './journal-options.ts';
import { journalDirectory } from './journal-reader.ts';
import { tailEntries } from './journal-tail.ts';
import { OsSegmentWriter } from './os-segment-writer.ts';
import { replaceFile } from './replace-file.ts';
import type { SegmentEnd } from './segment-writer.ts';

/**
 * Opens the ledger in `directory`, or begins one. The whole log is verified against its own signed head first: one that was
 * rolled back, rewritten or written by another key is refused with a sentence. A torn tail is cut off and said so.
 * The caller holds the lock of the data directory.
 */
export async function openJournal(options: JournalOptions): Promise<Result<FileJournal, string>> {
  const { directory, instance, signer } = options;
  if (!isKeyName(instance)) return err('the instance name must hold neither white space nor "+": it names the log');
  if (signer.keyName !== instance) throw new Error('the signing key of the ledger is not named as the instance');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const source = journalDirectory(directory);

  const names = (await source.files()).map((file) => file.name);
  if (names.every((name) => name === keyFileName)) await beginLog(options);
  const found = await readLog(source, options);
  if (!found.ok) return found;

  const journal = await continueLog(options, found.value);
  const torn = found.value.partialBytes;
  if (torn === 0) return ok(journal);
  const droppedDigest = found.value.partialDigest;
  const fault = await journal.appendAsync({ type: 'journal.repaired', droppedBytes: String(torn), droppedDigest });
  if (fault === null) return ok(journal);
  await journal.close();
  return err(`the ledger in ${directory} cannot be written (${fault.message})`);
}

interface FoundLog {
  readonly tree: MerkleTree;
  readonly sealed: number;
  readonly end: SegmentEnd;
  readonly partialBytes: number;
  readonly partialDigest: string;
}

/** The key and a head of nothing: from the first entry on, a log without its head is a log that was tampered with. */
async function beginLog(options: JournalOptions): Promise<void> {
  const { directory, scratch, signer } = options;
  const key = formatVerifierKey(verifierKeyOf(signer));
  await replaceFile(`${directory}/${keyFileName}`, key, { scratch, sync: true });
  const fault = await new HeadFile(options, signer, -1).seal(new MerkleTree());
  if (fault !== null) throw new Error(`${headFileName} cannot be written (${fault})`);
}

async function readLog(source: JournalSource, options: JournalOptions): Promise<Result<FoundLog, string>> {
  const { directory, signer, tenant } = options;
  const read = { publicKey: verifierKeyOf(signer), checkpoint: null, hashSealedOnly: true };
  const { verification, scan } = await inspectJournal(source, read);
  // A stray file is for `ledger verify` to find; it changes nothing in what is continued.
  const fault = verification.faults.find((each) => each.kind !== 'file');
  if (fault !== undefined) {
    return err(
      `the ledger in ${directory} cannot be continued: ${fault.message}; look with "sluice ledger verify", then restore it whole or begin another dataDir`,
    );
  }
  const [last] = await tailEntries(directory, source, 1);
  if (last !== undefined && last.entry.tenant !== tenant) {
    return err(`the ledger in ${directory} belongs to another tenant: one gateway serves one tenant`);
  }
  const end = scan.newest ?? { name: segmentName(0), bytes: 0 };
  const { partialBytes } = scan;
  const partialDigest = partialBytes === 0 ? '' : await digestFrom(`${directory}/${end.name}`, scan);
  return ok({ tree: scan.tree, sealed: Number(verification.sealed), end, partialBytes, partialDigest });
}

async function continueLog(options: JournalOptions, found: FoundLog): Promise<FileJournal> {
  const limits = { ...journalLimits, ...options.limits };
  const { directory, durability, signer } = options;
  const writer =
    durability === 'fsync'
      ? new FsyncSegmentWriter(directory, found.end, limits.segmentBytes)
      : new OsSegmentWriter(directory, found.end, limits.segmentBytes);
  const head = new HeadFile(options, signer, found.sealed);
  const fault = await head.seal(found.tree);
  if (fault !== null) throw new Error(`${headFileName} cannot be written (${fault})`);
  return new FileJournal(options, limits, { tree: found.tree, writer, head });
}

async function digestFrom(path: string, scan: JournalScan): Promise<string> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(scan.partialBytes);
    await file.read(bytes, 0, bytes.length, scan.newest?.bytes ?? 0);
    return hash('sha256', bytes, 'hex');
  } finally {
    await file.close();
  }
}
