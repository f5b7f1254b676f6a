import { readFile, stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../base/result.ts';
import type { LedgerProof, LedgerVerification, LedgerVerifyOptions, Refused } from '../../cli/app-verbs.ts';
import { entryFault } from '../../ledger/entry-check.ts';
import { proveEntry } from '../../ledger/prove-entry.ts';
import { verifyTlogProof } from '../../ledger/tlog-proof.ts';
import { describeVerification } from '../../ledger/verification.ts';
import { parseVerifierKey } from '../../ledger/verifier-key.ts';
import { verifyJournal } from '../../ledger/verify.ts';
import { ledgerDirectoryOf } from '../../store/data-directory.ts';
import { journalDirectory } from '../../store/journal-reader.ts';
import { readConfiguration } from './read-configuration.ts';

/** The ledger's directory of a configuration. */
export async function ledgerDirectory(config: string): Promise<Result<string, Refused>> {
  const configuration = await readConfiguration(config);
  if (configuration.ok) return ok(ledgerDirectoryOf(configuration.value.dataDir));
  return err({
    message: configuration.error[0] ?? 'the configuration has faults',
    hint: configuration.error.length > 1 ? '`sluice check` lists all of them' : null,
  });
}

/** Verifies a directory against keys and checkpoints that the verifier holds, with nothing of a running gateway. */
export async function ledgerVerify({ directory, key, checkpoint }: LedgerVerifyOptions): Promise<LedgerVerification> {
  const broken = (fault: string): LedgerVerification => ({
    directory,
    entries: '0',
    signerPinned: key !== null,
    faults: [fault],
    remarks: [],
  });
  if (!(await isDirectory(directory))) return broken(`${directory} is no directory`);
  const keyText = key === null ? null : await readKeyText(key);
  const checkpointText = checkpoint === null ? null : await readText(checkpoint);
  if (key !== null && keyText === null) return broken(`the key file ${key} cannot be read`);
  if (checkpoint !== null && checkpointText === null) return broken(`the checkpoint file ${checkpoint} cannot be read`);
  const publicKey = keyText === null ? null : parseVerifierKey(keyText);
  if (keyText !== null && publicKey === null) return broken(`${key} holds no verifier key`);

  const found = await verifyJournal(journalDirectory(directory), { publicKey, checkpoint: checkpointText });
  const [_verdict, ...described] = describeVerification(found);
  const faults = found.faults.map((fault) => fault.message);
  return {
    directory,
    entries: found.sealed,
    signerPinned: found.signer?.pinned ?? false,
    faults,
    remarks: described.filter((line) => !faults.some((fault) => line.includes(fault))),
  };
}

/** One entry with its proof, of a ledger that a gateway writes, or of a copy. */
export async function ledgerExport(options: {
  readonly directory: string;
  readonly index: number;
}): Promise<Result<string, Refused>> {
  const { directory, index } = options;
  if (!(await isDirectory(directory))) return err({ message: `${directory} is no directory`, hint: null });
  const proof = await proveEntry(journalDirectory(directory).published, index);
  if (proof.ok) return proof;
  return err({
    message: proof.error,
    hint: 'entries are published within a second; `sluice ledger verify` says what is wrong',
  });
}

/** What a proof shows, against the key alone. */
export async function ledgerProof(options: {
  readonly file: string;
  readonly key: string;
}): Promise<Result<LedgerProof, Refused>> {
  const refuse = (message: string) => err({ message, hint: null });
  const text = await readText(options.file);
  if (text === null) return refuse(`the proof ${options.file} cannot be read`);
  const key = parseVerifierKey((await readKeyText(options.key)) ?? '');
  if (key === null) return refuse(`${options.key} is no verifier key, and no file that holds one`);
  const proven = verifyTlogProof(text, key, null);
  if (!proven.ok) return refuse(proven.error);
  const fault = entryFault(proven.value.entry, proven.value.origin);
  return fault === null ? proven : refuse(`entry ${proven.value.index} ${fault}`);
}

/** `--key` is a key itself, in one line, or a file that holds it. */
async function readKeyText(given: string): Promise<string | null> {
  return parseVerifierKey(given) === null ? readText(given) : given;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
