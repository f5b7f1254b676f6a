import { readFile, stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../base/result.ts';
import type { LedgerVerification, LedgerVerifyOptions, Refused } from '../../cli/app-verbs.ts';
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
  const keyText = key === null ? null : await readText(key);
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

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
