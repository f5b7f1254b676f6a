/** What a verifier found. Numbers of entries are text, as everywhere outside of the process. */
export interface Verification {
  readonly ok: boolean;
  /** Whole, unbroken entries from the start of the log. */
  readonly entries: string;
  /** Entries that the signed head covers. */
  readonly sealed: string;
  /** Entries behind the head: written in its last second, or after the gateway was killed. */
  readonly unsealed: string;
  /** Bytes of a last line that was still being written, beyond the head. */
  readonly partialBytes: number;
  readonly origin: string | null;
  /** Root of the sealed entries, base64. */
  readonly root: string | null;
  readonly signer: {
    readonly name: string;
    readonly id: string;
    /** False: the key was taken from beside the log, which proves nothing against whoever can replace both. */
    readonly pinned: boolean;
  } | null;
  /** The size of the checkpoint that the verifier holds, where it gave one and it is consistent. */
  readonly checkpoint: string | null;
  /** Entries that the published checkpoint covers; null: there is no public form, or no checkpoint of it. */
  readonly published: string | null;
  readonly faults: readonly VerificationFault[];
}

export interface VerificationFault {
  readonly kind: VerificationFaultKind;
  /** The first entry that is concerned. */
  readonly index: string | null;
  /** The file that is concerned. */
  readonly file: string | null;
  /** A lowercase sentence without a full stop. Never holds content of an entry. */
  readonly message: string;
}

export type VerificationFaultKind =
  /** A line that is none. */
  | 'frame'
  /** An entry at another index than its own: dropped, inserted or moved. */
  | 'index'
  /** An entry that does not match the hash beside it. */
  | 'hash'
  /** JSON that is no entry of this log. */
  | 'envelope'
  /** A segment is missing, or does not start where the one before it ends. */
  | 'segment'
  /** The signed head is missing, malformed, or not signed by the key. */
  | 'head'
  /** The entries are not those that were signed. */
  | 'root'
  /** Fewer entries than the signed head covers. */
  | 'cut'
  /** The key beside the log is missing, malformed, or not the pinned one. */
  | 'key'
  /** The log contradicts the checkpoint that the verifier holds. */
  | 'checkpoint'
  /** The published checkpoint is missing, malformed, not signed by the key, or of other entries. */
  | 'published'
  /** A published tile of hashes is missing, or not what the entries make. */
  | 'tile'
  /** A published bundle of entries is missing, or not what the journal holds. */
  | 'bundle'
  /** A file that is no part of a ledger. */
  | 'file';

/** For people: a line each, the verdict first. */
export function describeVerification(found: Verification): readonly string[] {
  const lines = [found.ok ? `ledger verified: ${found.entries} entries` : 'ledger NOT verified'];
  for (const fault of found.faults) lines.push(`fault: ${fault.message}`);
  if (found.ok && found.root !== null)
    lines.push(`signed head: ${found.origin}, ${found.sealed} entries, root ${found.root}`);
  if (found.unsealed !== '0') lines.push(`${found.unsealed} entries not yet covered by a head`);
  if (found.partialBytes > 0) lines.push(`${found.partialBytes} bytes of an entry still being written`);
  if (found.checkpoint !== null) lines.push(`consistent with your checkpoint of ${found.checkpoint} entries`);
  if (found.published === null) lines.push('the log is not published: no tiles lie beside it');
  else if (found.ok) lines.push(`published: ${found.published} entries, every tile and bundle agrees`);
  if (found.signer !== null) {
    const { name, id, pinned } = found.signer;
    lines.push(`signer ${name}+${id}: ${pinned ? 'pinned' : 'signer not pinned'}`);
  }
  return lines;
}
