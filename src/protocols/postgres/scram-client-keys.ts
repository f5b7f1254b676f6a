import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** What a password becomes under one salt (RFC 5802, section 3). */
export interface ScramClientKeys {
  readonly client: Buffer;
  readonly stored: Buffer;
  readonly server: Buffer;
}

/**
 * The keys for a password that is prepared already. Thousands of rounds on the thread that serves everyone: those of the latest
 * credentials are remembered, so that only the first of many sessions pays. They are no more secret than the password, which
 * the process holds anyhow.
 */
export function scramClientKeys(password: string, salt: Buffer, iterations: number): ScramClientKeys {
  const name = `${iterations} ${salt.toString('base64')} ${password}`;
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const client = hmac(salted, 'Client Key');
  const stored = createHash('sha256').update(client).digest();
  const keys = { client, stored, server: hmac(salted, 'Server Key') };
  // A target that names another salt each time pushes others out, and everyone pays as if nothing were remembered.
  const [oldest] = remembered.keys();
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
  remembered.set(name, keys);
  return keys;
}

const remembered = new Map<string, ScramClientKeys>();
const mostRemembered = 256;

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
