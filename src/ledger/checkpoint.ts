import { parseTreeHash, type TreeHash } from './merkle-hash.ts';
import { isNoteSignedBy, parseNote, type SignedNote } from './signed-note.ts';
import type { VerifierKey } from './verifier-key.ts';

/** A checkpoint as others may hold it: also with signatures of witnesses, and with lines behind the root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: TreeHash;
  readonly note: SignedNote;
}

/** c2sp.org/tlog-checkpoint, or null. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const note = parseNote(text);
  const [origin = '', digits = '', rootText = '', ...extensions] = (note?.text ?? '').slice(0, -1).split('\n');
  const root = parseTreeHash(rootText);
  const size = /^(0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  if (note === null || root === null || origin === '' || !Number.isSafeInteger(size)) return null;
  return extensions.includes('') ? null : { origin, size, root, note };
}

/** Why `key` does not vouch for it, as a phrase that follows "is", or null. */
export function checkpointFault(checkpoint: Checkpoint, key: VerifierKey): string | null {
  if (!isNoteSignedBy(checkpoint.note, key)) return `not signed by ${key.name}+${key.id}`;
  return checkpoint.origin === key.name ? null : 'of another log';
}
