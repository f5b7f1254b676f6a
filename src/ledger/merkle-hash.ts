import { hash } from 'node:crypto';
import type { Brand } from '../base/brand.ts';

/** A SHA-256 of the tree in standard base64 with padding, 44 characters: as it stands in files. */
export type TreeHash = Brand<string, 'TreeHash'>;

/** RFC 6962, 2.1: the hash of a leaf is `SHA-256(0x00 || entry)`. The entry is text, hashed as UTF-8. */
export function leafHash(entry: string): TreeHash {
  return hash('sha256', `\0${entry}`, 'base64') as TreeHash;
}

/** RFC 6962, 2.1: the hash of an inner node is `SHA-256(0x01 || left || right)`. */
export function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  node.write(left, 1, hashBytes, 'base64');
  node.write(right, 1 + hashBytes, hashBytes, 'base64');
  return hash('sha256', node, 'base64') as TreeHash;
}

/** RFC 6962, 2.1: the root of the tree without entries is the hash of nothing. */
export const emptyRoot = hash('sha256', '', 'base64') as TreeHash;

/** The hash in `text`, or null where it is not exactly one in its only spelling. */
export function parseTreeHash(text: string): TreeHash | null {
  if (text.length !== 44) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === hashBytes && bytes.toString('base64') === text ? (text as TreeHash) : null;
}

const hashBytes = 32;
const node = Buffer.alloc(1 + 2 * hashBytes, 1);
