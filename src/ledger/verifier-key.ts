import { hash } from 'node:crypto';

/** The public key that heads are verified with, in the form of c2sp.org/signed-note. */
export interface VerifierKey {
  readonly name: string;
  /** The first four bytes of a hash over name and key, hex: a hint, not an identity. */
  readonly id: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
}

/** `<name>+<id>+<base64 of algorithm and key>`: one line, as other tools for signed notes write it. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id}+${Buffer.concat([ed25519, key.publicKey]).toString('base64')}\n`;
}

/** The key in `text`, or null where it is none. One spelling only: a file that reads otherwise was changed. */
export function parseVerifierKey(text: string): VerifierKey | null {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})\n?$/u.exec(text);
  const name = parts?.[1] ?? '';
  const bytes = Buffer.from(parts?.[3] ?? '', 'base64');
  if (!isKeyName(name) || bytes.length !== 33 || bytes[0] !== ed25519[0]) return null;
  const publicKey = bytes.subarray(1);
  const key = { name, id: keyIdOf(name, publicKey), publicKey };
  return formatVerifierKey(key).trimEnd() === text.trimEnd() ? key : null;
}

/** c2sp.org/signed-note: a key name is not empty and holds neither white space nor a plus sign. */
export function isKeyName(name: string): boolean {
  return /^[^+\s\p{Cc}]{1,255}$/u.test(name) && name.isWellFormed();
}

/** c2sp.org/signed-note: `SHA-256(<name> || 0x0A || 0x01 || <public key>)[:4]`. */
export function keyIdOf(name: string, publicKey: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ed25519, publicKey]), 'hex').slice(0, 8);
}

/** The algorithm byte of Ed25519 in signed notes. */
const ed25519 = Buffer.of(0x01);
