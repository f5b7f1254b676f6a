import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { ApprovalId } from '../core/ids.ts';
import type { BoundParameters } from '../core/question.ts';

/** A statement to the byte, as whoever reveals it sees it. */
export interface OriginalStatement {
  readonly text: Buffer;
  readonly parameters: BoundParameters | null;
}

/** The key of sealed statements, by HKDF-SHA-256 from the gateway's root secret. */
export function deriveSealKey(rootSecret: Buffer, tenant: string): Buffer {
  const info = JSON.stringify(['sluice sealed statement', 1, tenant]);
  return Buffer.from(hkdfSync('sha256', rootSecret, Buffer.alloc(0), info, 32));
}

/** AES-256-GCM: version, nonce, tag, ciphertext. Bound to the request: one cannot be shown as another. */
export function seal(key: Buffer, id: ApprovalId, original: OriginalStatement): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(spell(original)), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]);
}

/** Null: sealed under another key, for another request, or changed since. */
export function unseal(key: Buffer, id: ApprovalId, sealed: Buffer): OriginalStatement | null {
  if (sealed.length < headBytes || sealed[0] !== version) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + nonceBytes));
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, headBytes));
  try {
    return read(Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()]));
  } catch {
    return null;
  }
}

function spell({ text, parameters }: OriginalStatement): Buffer {
  const values = parameters?.values.map((value) => value?.toString('base64') ?? null) ?? null;
  return Buffer.from(JSON.stringify({ text: text.toString('base64'), formats: parameters?.formats ?? null, values }));
}

function read(bytes: Buffer): OriginalStatement {
  const { text, formats, values } = JSON.parse(bytes.toString()) as {
    readonly text: string;
    readonly formats: readonly number[] | null;
    readonly values: readonly (string | null)[] | null;
  };
  const binary = (value: string | null) => (value === null ? null : Buffer.from(value, 'base64'));
  return {
    text: Buffer.from(text, 'base64'),
    parameters: formats === null || values === null ? null : { formats, values: values.map(binary) },
  };
}

const version = 1;
const nonceBytes = 12;
const headBytes = 1 + nonceBytes + 16;
