import { generateKeyPairSync } from 'node:crypto';
import { addEntry } from '../../src/ledger/entry.ts';
import type { LedgerEvent, StatementDecided } from '../../src/ledger/event.ts';
import { parseJournalLine } from '../../src/ledger/journal-line.ts';
import { LineBuffer } from '../../src/ledger/line-buffer.ts';
import { ed25519Signer, type Signer } from '../../src/ledger/signer.ts';

export const envelope = {
  id: 'ent_01932f5e-7a4b-7c3d-8e2f-0123456789ab',
  time: '2026-11-21T22:47:27.000123Z',
  instance: 'clinic-gateway',
  tenant: 'general-hospital',
} as const;

/** The entry of an ordinary read, with some of it replaced. */
export function decided(changes: Partial<StatementDecided>): StatementDecided {
  return {
    type: 'statement.decided',
    session: 'ses_01932f5e-7a4b-7c3d-8e2f-0123456789ab',
    statement: 'stm_01932f5e-7a4b-7c3d-8e2f-0123456789ab',
    step: 'simple',
    decision: 'allow',
    policies: ['pipelines-read'],
    code: null,
    verb: 'select',
    text: 'select id, ssn from patients limit $1',
    digest: '0'.repeat(64),
    tables: ['public.patients'],
    columns: [{ column: 'public.patients.ssn', class: 'ssn', masked: true }],
    ...changes,
  };
}

export function newSigner(name: string): Signer {
  return ed25519Signer(name, newSigningKey());
}

export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The text of an entry as the journal would hold it. */
export function entryText(event: LedgerEvent, stamp: Parameters<typeof addEntry>[1]): string {
  const lines = new LineBuffer();
  const leaf = addEntry(event, stamp, 0, lines);
  const line = parseJournalLine(lines.bytes.subarray(0, -1), 0);
  if (!('entry' in line) || line.leaf !== leaf) throw new Error('the line does not read back');
  return line.entry;
}
