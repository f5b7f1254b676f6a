import { parseTreeHash, type TreeHash } from './merkle-hash.ts';
import { type Signer, verifierKeyOf, verifyEd25519 } from './signer.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What a signed head says: this log, at this size, has this root. */
export interface Head {
  /** The log: the instance. */
  readonly origin: string;
  readonly size: number;
  readonly root: TreeHash;
}

/** A head as it came, with the signature that is still to be checked. */
export interface SignedHead extends Head {
  readonly keyName: string;
  /** The first four bytes of the signature block: a hint at the key, hex. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/**
 * The head as a signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): origin, size, root, an empty line, and one
 * signature line.
 */
export async function signHead(head: Head, signer: Signer): Promise<string> {
  const body = headBody(head);
  const key = verifierKeyOf(signer);
  const signature = await signer.sign(Buffer.from(body));
  return `${body}\n${signatureLine(key.name, key.id, signature)}`;
}

/** The head in `text`, or null. One spelling only, so that no byte of the file is free. */
export function parseHead(text: string): SignedHead | null {
  const parts = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n\n\u2014 ([^ \n]+) ([A-Za-z0-9+/=]+)\n$/u.exec(text);
  const [, origin = '', digits = '', rootText = '', keyName = '', block = ''] = parts ?? [];
  const root = parseTreeHash(rootText);
  const size = Number(digits);
  const bytes = Buffer.from(block, 'base64');
  if (parts === null || root === null || !Number.isSafeInteger(size) || bytes.length !== 4 + 64) return null;
  const keyId = bytes.toString('hex', 0, 4);
  const signature = bytes.subarray(4);
  const head = { origin, size, root, keyName, keyId, signature };
  return `${headBody(head)}\n${signatureLine(keyName, keyId, signature)}` === text ? head : null;
}

/** True when `key` signed the head, and under its own name. */
export function isSignedBy(head: SignedHead, key: VerifierKey): boolean {
  if (head.keyName !== key.name || head.keyId !== key.id) return false;
  return verifyEd25519(key, Buffer.from(headBody(head)), head.signature);
}

/** What is signed: the text with its last newline, without the empty line that parts it from the signatures. */
function headBody(head: Head): string {
  return `${head.origin}\n${head.size}\n${head.root}\n`;
}

function signatureLine(keyName: string, keyId: string, signature: Buffer): string {
  const block = Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64');
  return `\u2014 ${keyName} ${block}\n`;
}
