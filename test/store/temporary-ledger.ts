import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { parseSegmentName } from '../../src/ledger/journal-line.ts';
import type { Signer } from '../../src/ledger/signer.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import type { Verification } from '../../src/ledger/verification.ts';
import { verifyJournal } from '../../src/ledger/verify.ts';
import type { FileJournal } from '../../src/store/file-journal.ts';
import type { JournalLimits, JournalOptions } from '../../src/store/journal-options.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { envelope, newSigner } from '../ledger/sample-events.ts';

/** An empty directory that is gone after the test. */
export function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-store-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const signer: Signer = newSigner(envelope.instance);

export function journalOptions(root: string, changes: Partial<JournalOptions> = {}): JournalOptions {
  return {
    directory: join(root, 'ledger'),
    scratch: root,
    durability: 'os',
    signer,
    clock: systemClock,
    instance: envelope.instance,
    tenant: envelope.tenant,
    ...changes,
  };
}

export async function opened(options: JournalOptions): Promise<FileJournal> {
  const journal = await openJournal(options);
  if (!journal.ok) throw new Error(journal.error);
  return journal.value;
}

/** The sentence with which opening is refused. */
export async function refusedToOpen(options: JournalOptions): Promise<string> {
  const journal = await openJournal(options);
  if (!journal.ok) return journal.error;
  await journal.value.close();
  throw new Error('the journal was opened');
}

/** A closed log of `count` entries; segments are small where `limits` say so. */
export async function writtenLog(
  options: JournalOptions,
  count: number,
  limits?: Partial<JournalLimits>,
): Promise<void> {
  const journal = await opened(limits === undefined ? options : { ...options, limits });
  for (let at = 0; at < count; at++) {
    const fault = await journal.appendAsync({ type: 'catalogue.failed', connection: `c${at}`, code: 'x' });
    if (fault !== null) throw new Error(fault.message);
  }
  await journal.close();
}

export function verified(directory: string, checkpoint: string | null = null): Promise<Verification> {
  return verifyJournal(journalDirectory(directory), { publicKey: verifierKeyOf(signer), checkpoint });
}

/** Segments of the log in `directory`, oldest first. */
export function segmentNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => parseSegmentName(name) !== null)
    .sort();
}

/** The whole log as text. */
export function wholeText(directory: string): string {
  return segmentNames(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('');
}
