import { err, ok, type Result } from '../base/result.ts';
import { checkpointFault, parseCheckpoint } from './checkpoint.ts';
import { hashBytes, leafHashOf } from './merkle-bytes.ts';
import { provesInclusion } from './merkle-proof.ts';
import type { VerifierKey } from './verifier-key.ts';

/** One entry, the way from it to the root, and the checkpoint that states the root (c2sp.org/tlog-proof). */
export interface TlogProof {
  readonly index: number;
  /** What travels along. Here it is the entry; it is believed because it hashes to the leaf, not because it is there. */
  readonly extra: Buffer | null;
  readonly hashes: readonly Buffer[];
  /** As the log signed it. */
  readonly checkpoint: string;
}

export function formatTlogProof({ index, extra, hashes, checkpoint }: TlogProof): string {
  const carried = extra === null ? [] : [`extra ${extra.toString('base64')}`];
  const lines = [header, ...carried, `index ${index}`, ...hashes.map((hash) => hash.toString('base64')), ''];
  return `${lines.join('\n')}\n${checkpoint}`;
}

/** The proof in `text`, or null where it is none. One spelling only. */
export function parseTlogProof(text: string): TlogProof | null {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(end, 0)).split('\n');
  const [first, ...rest] = lines;
  const carried = rest[0]?.startsWith('extra ') === true ? rest.shift() : undefined;
  const digits = /^index (0|[1-9][0-9]{0,15})$/.exec(rest.shift() ?? '')?.[1];
  if (first !== header || digits === undefined || rest.length > hashLimit) return null;
  const proof = {
    index: Number(digits),
    extra: carried === undefined ? null : Buffer.from(carried.slice('extra '.length), 'base64'),
    hashes: rest.map((line) => Buffer.from(line, 'base64')),
    checkpoint: text.slice(end + 2),
  };
  if (!Number.isSafeInteger(proof.index) || proof.hashes.some((hash) => hash.length !== hashBytes)) return null;
  return formatTlogProof(proof) === text ? proof : null;
}

/** What a proof shows to who holds the key. */
export interface ProvenEntry {
  readonly origin: string;
  readonly index: string;
  /** Entries that the checkpoint in the proof covers. */
  readonly size: string;
  readonly entry: string;
}

/**
 * Checks a proof against nothing but the key: offline, without the log. `entry` is the entry that the verifier holds; null:
 * the one that the proof carries. The refusal is a phrase.
 */
export function verifyTlogProof(text: string, key: VerifierKey, entry: Buffer | null): Result<ProvenEntry, string> {
  const proof = parseTlogProof(text);
  if (proof === null) return err('this is no proof of the form c2sp.org/tlog-proof@v1');
  const checkpoint = parseCheckpoint(proof.checkpoint);
  if (checkpoint === null) return err('the checkpoint in the proof is malformed');
  const fault = checkpointFault(checkpoint, key);
  if (fault !== null) return err(`the checkpoint in the proof is ${fault}`);
  const proven = entry ?? proof.extra;
  if (proven === null) return err('the proof carries no entry, and none was given');
  const { index, hashes } = proof;
  const { origin, size } = checkpoint;
  const root = Buffer.from(checkpoint.root, 'base64');
  if (!provesInclusion(leafHashOf(proven), root, { index, size, hashes })) {
    return err(`the entry is not entry ${index} of the ${size} that the checkpoint in the proof covers`);
  }
  return ok({ origin, index: String(index), size: String(size), entry: proven.toString('utf8') });
}

const header = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 entries has no longer way to its root. */
const hashLimit = 64;
