import { createHash, createPublicKey, verify } from 'node:crypto';

/*
 * A second implementation of transparency logs, for tests, from the specifications alone: RFC 6962 section 2.1, RFC 9162
 * section 2.1.3.2, c2sp.org/tlog-tiles, tlog-checkpoint, signed-note and tlog-proof. It takes nothing from src/ledger, works
 * on whole lists, and prefers the recursive definitions over the quick ways.
 */

/** Reads a published file; undefined where there is none. */
export type Fetch = (path: string) => Buffer | undefined;

/** RFC 6962, 2.1: MTH of a list of leaf hashes. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const k = splitPoint(leaves.length);
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

export function hashOfLeaf(entry: Buffer): Buffer {
  return sha256(Buffer.of(0), entry);
}

/** RFC 6962, 2.1.1: PATH(m, D). */
export function auditPath(m: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const k = splitPoint(leaves.length);
  if (m < k) return [...auditPath(m, leaves.slice(0, k)), treeHash(leaves.slice(k))];
  return [...auditPath(m - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}

/** RFC 6962, 2.1.2: PROOF(m, D). */
export function consistencyProof(m: number, leaves: readonly Buffer[]): readonly Buffer[] {
  return m === 0 ? [] : subProof(m, leaves, true);
}

/** The root that an audit path leads to, by the shape of the tree; undefined where its length does not fit. */
export function rootByPath(leaf: Buffer, m: number, n: number, path: readonly Buffer[]): Buffer | undefined {
  if (m >= n) return undefined;
  if (n === 1) return path.length === 0 ? leaf : undefined;
  const sibling = path.at(-1);
  const k = splitPoint(n);
  const inner = m < k ? rootByPath(leaf, m, k, path.slice(0, -1)) : rootByPath(leaf, m - k, n - k, path.slice(0, -1));
  if (inner === undefined || sibling === undefined) return undefined;
  return m < k ? sha256(Buffer.of(1), inner, sibling) : sha256(Buffer.of(1), sibling, inner);
}

export interface OpenedCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** c2sp.org/signed-note and tlog-checkpoint: opened with a verifier key `name+id+base64`, or an error. */
export function openCheckpoint(note: string, vkey: string): OpenedCheckpoint {
  const at = note.lastIndexOf('\n\n');
  demand(at > 0 && note.endsWith('\n'), 'a note has a text, an empty line and signatures');
  const text = note.slice(0, at + 1);
  const first = vkey.indexOf('+');
  const name = vkey.slice(0, first);
  const id = vkey.slice(first + 1, first + 9);
  const key = decode(vkey.slice(first + 10));
  demand(key[0] === 1 && key.length === 33, 'the key is an Ed25519 key');
  demand(
    sha256(Buffer.from(`${name}\n`), key)
      .toString('hex')
      .startsWith(id),
    'the key has its own id',
  );
  const signed = note
    .slice(at + 2, -1)
    .split('\n')
    .some((line) => {
      const [dash, signer, block = ''] = line.split(' ');
      const bytes = decode(block);
      if (dash !== '\u2014' || signer !== name || bytes.subarray(0, 4).toString('hex') !== id) return false;
      const x = key.subarray(1).toString('base64url');
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      return verify(null, Buffer.from(text), publicKey, bytes.subarray(4));
    });
  demand(signed, 'the key signed the note');
  const [origin = '', size = '', root = ''] = text.split('\n');
  demand(origin !== '' && /^(0|[1-9][0-9]*)$/.test(size) && root.length === 44, 'the text is a checkpoint');
  return { origin, size: Number(size), root: decode(root) };
}

/**
 * What a monitor does: opens the checkpoint, fetches every bundle and every tile that a tree of its size has, and compares
 * all of them with each other and with the root. The entries, or an error.
 */
export function readPublishedLog(fetch: Fetch, vkey: string): readonly Buffer[] {
  const { size, root } = openCheckpoint(fetched(fetch, 'checkpoint').toString('utf8'), vkey);
  const entries: Buffer[] = [];
  for (const path of tilePaths('entries', size)) entries.push(...splitBundle(fetched(fetch, path)));
  demand(entries.length === size, 'the bundles hold as many entries as the checkpoint covers');
  const leaves = entries.map(hashOfLeaf);
  // tlog-tiles: tile n at level l is MTH(D[(n * 256 + i) * 256^l : (n * 256 + i + 1) * 256^l]) for i from 0 to 255.
  for (let level = 0, row = leaves; row.length > 0; level++) {
    let at = 0;
    for (const path of tilePaths(String(level), row.length)) {
      const tile = fetched(fetch, path);
      demand(tile.equals(Buffer.concat(row.slice(at, at + 256))), `${path} holds the hashes of the entries`);
      at += 256;
    }
    const above: Buffer[] = [];
    for (let full = 0; full + 256 <= row.length; full += 256) above.push(treeHash(row.slice(full, full + 256)));
    row = above;
  }
  demand(treeHash(leaves).equals(root), 'the entries have the root of the checkpoint');
  return entries;
}

/** c2sp.org/tlog-proof: the entry that a proof carries, once it is proven, or an error. */
export function openProof(text: string, vkey: string): { readonly index: number; readonly entry: Buffer } {
  const at = text.indexOf('\n\n');
  const [version, extra = '', index = '', ...path] = text.slice(0, at).split('\n');
  demand(version === 'c2sp.org/tlog-proof@v1', 'the first line names the version');
  demand(extra.startsWith('extra ') && /^index (0|[1-9][0-9]*)$/.test(index), 'extra and index follow');
  const { size, root } = openCheckpoint(text.slice(at + 2), vkey);
  const entry = decode(extra.slice(6));
  const m = Number(index.slice(6));
  const found = rootByPath(hashOfLeaf(entry), m, size, path.map(decode));
  demand(found?.equals(root) === true, 'the path leads from the entry to the root');
  return { index: m, entry };
}

/** The paths of the tiles of a row of `count` hashes, or of the bundles of as many entries. */
export function tilePaths(level: string, count: number): readonly string[] {
  const paths: string[] = [];
  for (let n = 0; n * 256 < count; n++) {
    const groups = [n % 1000];
    for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(rest % 1000);
    const digits = groups.map((group) => String(group).padStart(3, '0'));
    const name = [...digits.slice(0, -1).map((group) => `x${group}`), digits.at(-1)].join('/');
    const width = Math.min(256, count - n * 256);
    paths.push(width === 256 ? `tile/${level}/${name}` : `tile/${level}/${name}.p/${width}`);
  }
  return paths;
}

function splitBundle(bundle: Buffer): readonly Buffer[] {
  if (bundle.length === 0) return [];
  const length = ((bundle[0] ?? 0) << 8) + (bundle[1] ?? 0);
  demand(bundle.length >= 2 + length, 'an entry in a bundle is whole');
  return [bundle.subarray(2, 2 + length), ...splitBundle(bundle.subarray(2 + length))];
}

function subProof(m: number, leaves: readonly Buffer[], whole: boolean): readonly Buffer[] {
  if (m === leaves.length) return whole ? [] : [treeHash(leaves)];
  const k = splitPoint(leaves.length);
  if (m <= k) return [...subProof(m, leaves.slice(0, k), whole), treeHash(leaves.slice(k))];
  return [...subProof(m - k, leaves.slice(k), false), treeHash(leaves.slice(0, k))];
}

function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function fetched(fetch: Fetch, path: string): Buffer {
  const bytes = fetch(path);
  if (bytes === undefined) throw new Error(`${path} is not there`);
  return bytes;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

/** RFC 4648, section 4, in its only spelling. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  demand(bytes.toString('base64') === text, 'base64 is spelt as it is encoded');
  return bytes;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
