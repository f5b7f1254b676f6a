import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import { Writer } from '../../base/writer.ts';
import { cancelRequest } from './startup.ts';

/** Minor versions of protocol 3 that are spoken with targets. */
export type TargetMinor = 0 | 2;

/** StartupMessage for the target. PostgreSQL 18 speaks 3.2, older ones talk it down to 3.0. */
export function encodeStartup(
  minor: TargetMinor,
  user: string,
  database: string,
  parameters: ReadonlyMap<string, string>,
): Buffer {
  const writer = new Writer(256).int32(0).int32(version30 | minor);
  writer.string('user').string(user).string('database').string(database);
  for (const [name, value] of parameters) writer.string(name).string(value);
  writer.uint8(0);
  return writer.patchInt32(0, writer.length).finish();
}

/**
 * NegotiateProtocolVersion, the whole message `bytes[start, end)`. It comes only where the target speaks less than was asked for,
 * which leaves 3.0 (3.1 was never given out). No option was asked for, so none can be unknown.
 */
export function decodeNegotiation(bytes: Buffer, start: number, end: number): TargetMinor {
  const reader = new Reader(bytes, start + 5, end);
  const version = reader.uint32();
  const unknown = reader.uint32();
  if (version !== version30) throw new WireError('the target answers with a protocol version that was not asked for');
  if (unknown !== 0) throw new WireError('the target refuses protocol options that nobody asked for');
  reader.finish();
  return 0;
}

/** BackendKeyData and what cancels with it: four bytes in 3.0, up to 256 in 3.2. */
export interface TargetKey {
  readonly processId: number;
  /** The whole CancelRequest (manual 54.2.8). It is a secret: whoever has it can cancel. */
  readonly cancelRequest: Buffer;
}

export function decodeKey(bytes: Buffer, start: number, end: number, minor: TargetMinor): TargetKey {
  const reader = new Reader(bytes, start + 5, end);
  const processId = reader.uint32();
  const secret = reader.span(reader.remaining);
  if (secret.length < 4 || secret.length > (minor === 0 ? 4 : 256)) {
    throw new WireError('the key of the target has an impossible length');
  }
  return { processId, cancelRequest: cancelRequest(processId, secret) };
}

/** Of a target that gives none: it names no session, and a target that cannot cancel ignores it. */
export const noKey: TargetKey = { processId: 0, cancelRequest: cancelRequest(0, Buffer.alloc(4)) };

const version30 = 0x0003_0000;
