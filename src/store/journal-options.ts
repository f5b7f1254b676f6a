import type { Clock } from '../base/clock.ts';
import type { Signer } from '../ledger/signer.ts';
import { segmentLimit } from './segment-writer.ts';

export interface JournalOptions {
  /** The ledger directory: everything in it is covered by verification. */
  readonly directory: string;
  /** For files in the making: on the same file system, outside of `directory`. */
  readonly scratch: string;
  /** `fsync`: acknowledged entries survive a power failure; `os`: a killed process. */
  readonly durability: 'fsync' | 'os';
  /** Its key is named as the instance. */
  readonly signer: Signer;
  readonly clock: Clock;
  readonly instance: string;
  readonly tenant: string;
  readonly limits?: Partial<JournalLimits>;
}

export interface JournalLimits {
  /** A segment larger than this is followed by another one, bytes. */
  readonly segmentBytes: number;
  /** Entries that wait for the disk, bytes. Above it appends are refused. */
  readonly queueBytes: number;
  /** From an entry to the head that covers it, at most, milliseconds. */
  readonly sealMs: number;
  /** Between two attempts to write again after a fault, milliseconds. */
  readonly probeMs: number;
}

export const journalLimits: JournalLimits = {
  segmentBytes: segmentLimit,
  queueBytes: 32 * 1024 * 1024,
  sealMs: 1000,
  probeMs: 250,
};
