import { verifyEd25519 } from './signer.ts';
import { isKeyName, type VerifierKey } from './verifier-key.ts';

/** A text that keys signed (c2sp.org/signed-note), as it came. */
export interface SignedNote {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly keyName: string;
  /** Hex. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/** The note, or null where it is none. Nothing in it may be believed before {@link isNoteSignedBy}. */
export function parseNote(note: string): SignedNote | null {
  const end = note.lastIndexOf('\n\n');
  if (note.length > noteLimit || end < 0 || !note.endsWith('\n') || !note.isWellFormed()) return null;
  if (/[^\P{Cc}\n]/u.test(note)) return null;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map(parseSignature).filter((line) => line !== null);
  if (signatures.length !== lines.length || lines.length > signatureLimit) return null;
  return { text: note.slice(0, end + 1), signatures };
}

/** True when `key` signed it. Signatures of keys that nobody here knows say nothing, and every one of a known key must hold. */
export function isNoteSignedBy(note: SignedNote, key: VerifierKey): boolean {
  const own = note.signatures.filter(({ keyName, keyId }) => keyName === key.name && keyId === key.id);
  return own.length > 0 && own.every(({ signature }) => isSignature(key, note.text, signature));
}

function isSignature(key: VerifierKey, text: string, signature: Buffer): boolean {
  return signature.length === ed25519Bytes && verifyEd25519(key, Buffer.from(text), signature);
}

function parseSignature(line: string): NoteSignature | null {
  const [, keyName = '', block = ''] = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
  const bytes = Buffer.from(block, 'base64');
  if (!isKeyName(keyName) || bytes.length <= idBytes || bytes.toString('base64') !== block) return null;
  return { keyName, keyId: bytes.toString('hex', 0, idBytes), signature: bytes.subarray(idBytes) };
}

const idBytes = 4;
const ed25519Bytes = 64;
/** The specification asks for at least 16. */
const signatureLimit = 64;
const noteLimit = 64 * 1024;
