import { constants } from 'node:fs';

/**
 * Appends to the newest segment and begins the next one. One write at a time. After a fault the segment is cut back to the
 * bytes that were acknowledged before, so that what was refused is not in the log.
 */
export interface SegmentWriter {
  /** `done` gets null when the bytes are durable at the writer's level, else the system's phrase for the failure. */
  write(firstIndex: number, bytes: Buffer, done: (fault: string | null) => void): void;
  /** Whether there is room for more than an entry: writes a stretch of zeros behind the log and takes it back. */
  room(done: (fault: string | null) => void): void;
  /** Makes everything durable against power failure, and closes. */
  close(): Promise<void>;
}

/** Where the newest segment ends when the log is opened. */
export interface SegmentEnd {
  readonly name: string;
  readonly bytes: number;
}

export const segmentLimit = 64 * 1024 * 1024;

/** Bytes that must fit before a log that refused writes again: enough for a turn of entries, so that it does not flap. */
export const roomBytes = 64 * 1024;

/** Written at positions, not appended: a write after a fault must land where the acknowledged bytes end. */
export const segmentFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
