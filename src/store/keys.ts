import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { ed25519Signer, type Signer } from '../ledger/signer.ts';
import { errorPhrase } from './error-code.ts';
import { openIfThere } from './open-if-there.ts';
import { replaceFile } from './replace-file.ts';

/** The secrets that a gateway makes for itself. Inventory: docs/keys.md. */
export interface Keys {
  /** Signs the heads of the ledger. */
  readonly ledgerSigner: Signer;
  /** 32 bytes from which the keys of `tokenize` are derived. */
  readonly rootSecret: Buffer;
  /** 32 bytes from which the keys of recordings are derived. */
  readonly recordingKey: Buffer;
}

/**
 * Loads the keys in `directory`, and makes those that are missing. A key that others may read, or that is malformed, is
 * refused with a sentence and never replaced: what it protected would be lost without a word.
 */
export async function openKeys(directory: string, instance: string): Promise<Result<Keys, string>> {
  const ledger = await keyFile(join(directory, 'ledger.key'), newSigningKey);
  if (!ledger.ok) return ledger;
  const root = await secret(join(directory, 'root.secret'));
  if (!root.ok) return root;
  const recording = await secret(join(directory, 'recording.key'));
  if (!recording.ok) return recording;
  const signer = signerOf(ledger.value, instance, join(directory, 'ledger.key'));
  return signer.ok ? ok({ ledgerSigner: signer.value, rootSecret: root.value, recordingKey: recording.value }) : signer;
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
}

function signerOf(pem: string, instance: string, path: string): Result<Signer, string> {
  try {
    return ok(ed25519Signer(instance, pem));
  } catch {
    return err(`${path}: not an Ed25519 key in PKCS #8 PEM; restore it from a copy`);
  }
}

async function secret(path: string): Promise<Result<Buffer, string>> {
  const text = await keyFile(path, () => `${randomBytes(32).toString('hex')}\n`);
  if (!text.ok) return text;
  if (!/^[0-9a-f]{64}\n?$/.test(text.value)) return err(`${path}: not 32 bytes in hex; restore it from a copy`);
  return ok(Buffer.from(text.value.trim(), 'hex'));
}

async function keyFile(path: string, make: () => string): Promise<Result<string, string>> {
  try {
    return (await readKey(path)) ?? ok(await makeKey(path, make()));
  } catch (error) {
    return err(`${path}: the key cannot be read or made (${errorPhrase(error)})`);
  }
}

/** Null where there is no such file. */
async function readKey(path: string): Promise<Result<string, string> | null> {
  const file = await openIfThere(path);
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) return err(`${path}: a key must be a regular file`);
    if ((found.mode & 0o077) !== 0) {
      return err(`${path}: others may read this key; run "chmod 600 ${path}", and replace it where it was exposed`);
    }
    return ok(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/** Durable before it is used: a key that is lost to a power failure takes what it protected with it. */
async function makeKey(path: string, content: string): Promise<string> {
  await replaceFile(path, content, { scratch: dirname(path), sync: true });
  return content;
}
