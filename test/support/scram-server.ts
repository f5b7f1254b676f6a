import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802), for a password it knows. It is told which header the client must send, and what
 * must be bound behind it.
 */
export class ScramServer {
  readonly #password: string;
  readonly #header: string;
  readonly #bound: Buffer;
  readonly #salt = Buffer.from('0123456789abcdef');
  readonly #iterations = 4096;
  #bare = '';
  #challenge = '';

  constructor(password: string, header = 'n,,', bound: Buffer = Buffer.alloc(0)) {
    this.#password = password;
    this.#header = header;
    this.#bound = bound;
  }

  challenge(first: string): string {
    if (!first.startsWith(this.#header)) throw new Error(`another header: ${first.slice(0, 30)}`);
    this.#bare = first.slice(this.#header.length);
    const nonce = /r=(.*)$/.exec(this.#bare)?.[1] ?? '';
    this.#challenge = `r=${nonce}server,s=${this.#salt.toString('base64')},i=${this.#iterations}`;
    return this.#challenge;
  }

  /** The server's proof, or null: the client does not know the password. */
  finish(final: string): string | null {
    const salted = pbkdf2Sync(this.#password, this.#salt, this.#iterations, 32, 'sha256');
    const [, withoutProof, proof] = /^(.*),p=(.*)$/.exec(final) ?? [];
    const channel = Buffer.concat([Buffer.from(this.#header), this.#bound]).toString('base64');
    if (!withoutProof?.startsWith(`c=${channel},`)) return null;
    const transcript = `${this.#bare},${this.#challenge},${withoutProof}`;
    const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const signature = hmac(storedKey, transcript);
    const clientKey = Buffer.from(proof ?? '', 'base64').map((byte, at) => byte ^ (signature[at] ?? 0));
    if (!createHash('sha256').update(clientKey).digest().equals(storedKey)) return null;
    return `v=${hmac(hmac(salted, 'Server Key'), transcript).toString('base64')}`;
  }
}
