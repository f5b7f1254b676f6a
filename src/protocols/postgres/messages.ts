import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import { Writer } from '../../base/writer.ts';
import type { BoundParameters, ResultColumn, TransactionStatus } from '../../core/question.ts';

/** Type bytes of the messages that clients send (manual 54.7). */
export const fromClient = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** Type bytes of the messages that servers send. */
export const fromServer = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyBothResponse: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
  copyInResponse: 0x47,
  copyOutResponse: 0x48,
  dataRow: 0x44,
  emptyQueryResponse: 0x49,
  errorResponse: 0x45,
  negotiateProtocolVersion: 0x76,
  noData: 0x6e,
  noticeResponse: 0x4e,
  notificationResponse: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  portalSuspended: 0x73,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const;

/**
 * Names of statements and portals, as the bytes they are. PostgreSQL keeps 63 bytes of them and takes names that differ only
 * behind those for one and the same, so longer ones are refused.
 */
export const longestName = 63;

export interface ParseMessage {
  readonly name: string;
  readonly text: Buffer;
}

/** `bytes[start, end)` is the whole message, its type byte included; so below. The text is not copied. */
export function decodeParse(bytes: Buffer, start: number, end: number): ParseMessage {
  const reader = new Reader(bytes, start + 5, end);
  const name = reader.terminated().toString('latin1');
  const text = reader.terminated();
  reader.skip(reader.uint16() * 4);
  reader.finish();
  return { name, text };
}

export interface BindMessage {
  readonly portal: string;
  readonly statement: string;
  readonly parameters: BoundParameters;
}

/** The values refer to `bytes`: the caller hands in bytes that may be kept. */
export function decodeBind(bytes: Buffer, start: number, end: number): BindMessage {
  const reader = new Reader(bytes, start + 5, end);
  const portal = reader.terminated().toString('latin1');
  const statement = reader.terminated().toString('latin1');
  const formats = formatCodes(reader);
  const count = reader.uint16();
  if (formats.length > 1 && formats.length !== count) throw new WireError('a bind has as many formats as parameters');
  const values: (Buffer | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = reader.int32();
    if (length < -1) throw new WireError('a parameter states a negative length');
    values.push(length === -1 ? null : reader.span(length));
  }
  formatCodes(reader);
  reader.finish();
  return { portal, statement, parameters: { formats, values } };
}

/** What Describe and Close name. */
export interface TargetMessage {
  readonly kind: 'statement' | 'portal';
  readonly name: string;
}

export function decodeTarget(bytes: Buffer, start: number, end: number): TargetMessage {
  const reader = new Reader(bytes, start + 5, end);
  const kind = reader.uint8();
  const name = reader.terminated().toString('latin1');
  reader.finish();
  if (kind === 0x53) return { kind: 'statement', name };
  if (kind === 0x50) return { kind: 'portal', name };
  throw new WireError('describe and close name a statement or a portal');
}

/** The portal's name. How many rows are wanted is between the client and the target. */
export function decodeExecute(bytes: Buffer, start: number, end: number): string {
  const reader = new Reader(bytes, start + 5, end);
  const portal = reader.terminated().toString('latin1');
  reader.skip(4);
  reader.finish();
  return portal;
}

/** How many rows an Execute asks for; zero or less: all. */
export function decodeMaxRows(bytes: Buffer, start: number, end: number): number {
  const reader = new Reader(bytes, start + 5, end);
  reader.terminated();
  return reader.int32();
}

/** The text of a Query: up to its one NUL, which ends the message. */
export function decodeQuery(bytes: Buffer, start: number, end: number): Buffer {
  const reader = new Reader(bytes, start + 5, end);
  const text = reader.terminated();
  reader.finish();
  return text;
}

export function decodeRowDescription(bytes: Buffer, start: number, end: number): readonly ResultColumn[] {
  const reader = new Reader(bytes, start + 5, end);
  const count = reader.uint16();
  const columns: ResultColumn[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = reader.terminated().toString('utf8');
    const tableOid = reader.uint32();
    const number = reader.uint16();
    const typeOid = reader.uint32();
    reader.skip(6);
    columns.push({ name, tableOid, number: (number << 16) >> 16, typeOid, format: reader.uint16() });
  }
  reader.finish();
  return columns;
}

/** `SELECT 5` is `SELECT` and 5 rows; `INSERT 0 1` is `INSERT` and 1; without a number the rows are null. */
export function decodeCommandComplete(bytes: Buffer, start: number, end: number): CommandTag {
  const reader = new Reader(bytes, start + 5, end);
  const text = reader.terminated().toString('latin1');
  reader.finish();
  let digits = text.length;
  while (digits > 0 && isDigit(text.charCodeAt(digits - 1))) digits -= 1;
  const counted = digits > 0 && digits < text.length && text[digits - 1] === ' ';
  const words = counted ? text.slice(0, digits - 1) : text;
  const tag = words.endsWith(' 0') ? words.slice(0, -2) : words;
  // Tags are a fixed list in PostgreSQL; what another server writes freely is not repeated.
  if (!/^[A-Z][A-Z ]{0,60}$/.test(tag)) return unknownTag;
  return { tag, rows: counted ? Number(text.slice(digits)) : null };
}

export interface CommandTag {
  readonly tag: string;
  readonly rows: number | null;
}

export function decodeParameterStatus(bytes: Buffer, start: number, end: number): readonly [string, string] {
  const reader = new Reader(bytes, start + 5, end);
  const name = reader.string();
  const value = reader.string();
  reader.finish();
  return [name, value];
}

export interface Notification {
  readonly processId: number;
  readonly channel: Buffer;
}

export function decodeNotification(bytes: Buffer, start: number, end: number): Notification {
  const reader = new Reader(bytes, start + 5, end);
  const processId = reader.int32();
  const channel = reader.terminated();
  reader.terminated();
  reader.finish();
  return { processId, channel };
}

/** The notification without what was to be told with it. */
export function withoutPayload({ processId, channel }: Notification): Buffer {
  return message(fromServer.notificationResponse, (writer) => writer.int32(processId).bytes(channel).uint8(0).uint8(0));
}

export function decodeReadyForQuery(bytes: Buffer, start: number, end: number): TransactionStatus {
  const reader = new Reader(bytes, start + 5, end);
  const status = String.fromCharCode(reader.uint8());
  reader.finish();
  if (status === 'I' || status === 'T' || status === 'E') return status;
  throw new WireError('the state of the transaction cannot be read');
}

export function encodeQuery(text: string): Buffer {
  return message(fromClient.query, (writer) => writer.string(text));
}

export function encodeParse(name: string, text: string): Buffer {
  return message(fromClient.parse, (writer) => writer.string(name).string(text).int16(0));
}

/** A text of the engine in the place of the client's. */
export function encodeQueryBytes(text: Buffer): Buffer {
  return message(fromClient.query, (writer) => writer.bytes(text).uint8(0));
}

/** The same for a Parse, under the client's own name; such a text has no parameters. */
export function encodeParseBytes(name: string, text: Buffer): Buffer {
  return message(fromClient.parse, (writer) =>
    writer
      .bytes(Buffer.from(`${name}\0`, 'latin1'))
      .bytes(text)
      .uint8(0)
      .int16(0),
  );
}

export function encodeDescribePortal(name: string): Buffer {
  return message(fromClient.describe, (writer) => writer.uint8(0x50).bytes(Buffer.from(`${name}\0`, 'latin1')));
}

/** A message of Sluice's own: type, length, body. */
export function message(type: number, body: (writer: Writer) => Writer): Buffer {
  const writer = body(new Writer(64).uint8(type).int32(0));
  return writer.patchInt32(1, writer.length - 1).finish();
}

const unknownTag: CommandTag = { tag: 'UNKNOWN', rows: null };

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function formatCodes(reader: Reader): readonly number[] {
  const count = reader.uint16();
  if (count === 0) return noFormats;
  const formats: number[] = [];
  for (let index = 0; index < count; index += 1) formats.push(reader.uint16());
  return formats;
}

const noFormats: readonly number[] = [];
