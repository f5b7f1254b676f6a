import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { WireError } from '../../base/wire-error.ts';
import type { ScramVerifier } from '../../core/question.ts';

export const scramMechanism = 'SCRAM-SHA-256';
export const scramPlusMechanism = 'SCRAM-SHA-256-PLUS';

/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS as server (RFC 5802, RFC 7677). One instance per exchange: `first`, then `challenge`,
 * then `proves`. Messages that break the grammar throw WireError; a proof that is wrong is an answer.
 */
export class ScramServer {
  /** `tls-server-end-point` data of the link (RFC 5929), or null where it has none and only the plain mechanism is offered. */
  readonly #binding: Buffer | null;
  readonly #nonce = randomBytes(18).toString('base64');
  #gs2Header = '';
  #bound = false;
  #clientFirst = '';
  #clientNonce = '';
  #challenge = '';
  #verifier: ScramVerifier | null = null;

  constructor(binding: Buffer | null) {
    this.#binding = binding;
  }

  get mechanisms(): readonly string[] {
    return this.#binding === null ? [scramMechanism] : [scramPlusMechanism, scramMechanism];
  }

  /** The client's first message. The user name in it says nothing: PostgreSQL's clients leave it empty. */
  first(mechanism: string, text: string): void {
    if (!this.mechanisms.includes(mechanism)) throw new WireError('a SASL mechanism that was not offered');
    const parts =
      /^((?:n|y|p=([A-Za-z0-9.-]{1,40})),(?:a=[!-+\--~]{1,200})?,)(n=([^,]{0,256}),r=([!-+\--~]{1,256}))$/.exec(text);
    if (parts === null) throw new WireError('the first SCRAM message cannot be read');
    const [, header = '', binding, bare = '', , nonce = ''] = parts;
    if (header.includes('a=')) throw new WireError('the SCRAM message asks to act as somebody else');
    this.#bound = mechanism === scramPlusMechanism;
    if (this.#bound ? binding !== 'tls-server-end-point' : binding !== undefined) {
      throw new WireError('the SCRAM channel binding does not fit the mechanism');
    }
    // The client would have bound the channel and believes that we cannot: somebody took the offer out on the way.
    if (header.startsWith('y') && this.#binding !== null)
      throw new WireError('the offer of channel binding was lost on the way');
    this.#gs2Header = header;
    this.#clientFirst = bare;
    this.#clientNonce = nonce;
  }

  /** Our answer to the first message. */
  challenge(verifier: ScramVerifier): string {
    this.#verifier = verifier;
    this.#challenge = `r=${this.#clientNonce}${this.#nonce},s=${verifier.salt.toString('base64')},i=${verifier.iterations}`;
    return this.#challenge;
  }

  /** Our own proof for the client, or null where the client's is wrong. */
  proves(text: string): string | null {
    const verifier = this.#verifier;
    const parts = /^(c=([A-Za-z0-9+/]*={0,2}),r=([!-+\--~]{1,512})),p=([A-Za-z0-9+/]{43}=)$/.exec(text);
    if (verifier === null || parts === null) throw new WireError('the last SCRAM message cannot be read');
    const [, withoutProof = '', binding = '', nonce, proof = ''] = parts;
    if (nonce !== this.#clientNonce + this.#nonce)
      throw new WireError('the SCRAM nonce is not the one of this exchange');
    if (!Buffer.from(binding, 'base64').equals(this.#expectedBinding())) {
      throw new WireError('the SCRAM channel binding is not of this link: somebody is in the middle');
    }
    const transcript = `${this.#clientFirst},${this.#challenge},${withoutProof}`;
    const signature = hmac(verifier.storedKey, transcript);
    const clientKey = Buffer.from(proof, 'base64');
    for (let at = 0; at < clientKey.length; at++) clientKey[at] = (clientKey[at] ?? 0) ^ (signature[at] ?? 0);
    const storedKey = createHash('sha256').update(clientKey).digest();
    if (!timingSafeEqual(storedKey, verifier.storedKey)) return null;
    return `v=${hmac(verifier.serverKey, transcript).toString('base64')}`;
  }

  #expectedBinding(): Buffer {
    const header = Buffer.from(this.#gs2Header);
    return this.#bound && this.#binding !== null ? Buffer.concat([header, this.#binding]) : header;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
