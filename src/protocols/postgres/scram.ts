import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { WireError } from '../../base/wire-error.ts';
import { scramClientKeys } from './scram-client-keys.ts';

/**
 * How the exchange is tied to the TLS link that it runs over (RFC 5802, section 6). `none`: this side cannot. `not-offered`:
 * it could, and the target did not offer it; a target that did then knows that its offer was lost on the way. `end-point`: it
 * is, with the hash of the target's certificate (RFC 5929).
 */
export type ChannelBinding =
  | { readonly kind: 'none' }
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'end-point'; readonly hash: Buffer };

/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS as client (RFC 5802, RFC 7677). One instance per exchange. Messages of the target that
 * break the grammar throw WireError; a target that cannot prove itself is an answer.
 */
export class ScramClient {
  readonly #password: string;
  readonly #binding: ChannelBinding;
  readonly #nonce = randomBytes(18).toString('base64');
  #serverSignature: Buffer | null = null;

  constructor(password: string, binding: ChannelBinding) {
    this.#password = password;
    this.#binding = binding;
  }

  get mechanism(): 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS' {
    return this.#binding.kind === 'end-point' ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256';
  }

  /** The user is known from the startup packet; PostgreSQL ignores the one in here. */
  get first(): string {
    return `${gs2Headers[this.#binding.kind]}${this.#firstBare}`;
  }

  /** The answer to the target's challenge. */
  final(challenge: string): string {
    const parts = /^r=([!-+\--~]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,9})$/.exec(challenge);
    if (parts === null) throw new WireError('the SCRAM challenge cannot be read');
    const nonce = parts[1] ?? '';
    const iterations = Number(parts[3]);
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new WireError('the SCRAM challenge does not continue our nonce');
    }
    if (iterations > mostIterations) throw new WireError('the SCRAM challenge asks for too many iterations');

    const salt = Buffer.from(parts[2] ?? '', 'base64');
    const keys = scramClientKeys(preparePassword(this.#password), salt, iterations);
    const withoutProof = `c=${this.#boundChannel},r=${nonce}`;
    const transcript = `${this.#firstBare},${challenge},${withoutProof}`;
    const signature = hmac(keys.stored, transcript);
    const proof = Buffer.alloc(signature.length);
    for (let index = 0; index < proof.length; index += 1) {
      proof[index] = (keys.client[index] ?? 0) ^ (signature[index] ?? 0);
    }
    this.#serverSignature = hmac(keys.server, transcript);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** True: the target has proven that it knows the password too. */
  verify(final: string): boolean {
    const expected = this.#serverSignature;
    const parts = /^v=([A-Za-z0-9+/]+={0,2})$/.exec(final);
    if (expected === null || parts === null) return false;
    const signature = Buffer.from(parts[1] ?? '', 'base64');
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  get #firstBare(): string {
    return `n=,r=${this.#nonce}`;
  }

  /** The header again, now under the proof, and what binds. */
  get #boundChannel(): string {
    const header = Buffer.from(gs2Headers[this.#binding.kind]);
    const bound = this.#binding.kind === 'end-point' ? Buffer.concat([header, this.#binding.hash]) : header;
    return bound.toString('base64');
  }
}

const gs2Headers = { none: 'n,,', 'not-offered': 'y,,', 'end-point': 'p=tls-server-end-point,,' } as const;

/** PostgreSQL's default is 4,096. Each takes about half a microsecond, on the thread that serves everyone. */
const mostIterations = 500_000;

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/**
 * SASLprep (RFC 4013): odd spaces become spaces, invisible joiners go, NFKC. A password that the profile prohibits is used as
 * it is, as PostgreSQL does on its side.
 */
function preparePassword(password: string): string {
  if (/^[ -~]*$/.test(password)) return password;
  const prepared = password
    .replaceAll(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g, ' ')
    .replaceAll(/\p{Variation_Selector}|\u034F|\u00AD|\u1806|\u200C|\u200D|\u2060|\uFEFF/gu, '')
    .normalize('NFKC');
  return prepared === '' || /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\uFFF9-\uFFFD]/u.test(prepared) ? password : prepared;
}
