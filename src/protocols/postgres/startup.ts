import { Reader } from '../../base/reader.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { WireError } from '../../base/wire-error.ts';
import { Writer } from '../../base/writer.ts';
import type { Denial } from '../../core/denial.ts';
import { fromServer, message } from './messages.ts';

/** Bytes of a startup packet: PostgreSQL's own bound (MAX_STARTUP_PACKET_LENGTH). */
export const startupBytes = 10_000;

export type StartupPacket =
  | { readonly kind: 'ssl-request' }
  | { readonly kind: 'gssenc-request' }
  | { readonly kind: 'cancel-request'; readonly processId: number; readonly secret: Buffer }
  | { readonly kind: 'startup'; readonly startup: Startup };

export interface Startup {
  readonly database: string;
  /** As received; what `options` sets is in here by name. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly user: string;
  /** The minor version of protocol 3 that is spoken with this client: 0 or 2. */
  readonly minor: 0 | 2;
  /** What must be said about it first: that it is older than asked for, or which options of the protocol are unknown here. */
  readonly negotiation: Buffer | null;
}

/** Reads `bytes`, a whole first packet with its length (manual 54.2.1, 54.7). Broken bytes throw WireError. */
export function decodeStartup(bytes: Buffer): Result<StartupPacket, Denial> {
  const reader = new Reader(bytes, 4);
  const major = reader.uint16();
  const minor = reader.uint16();
  if (major === 1234 && minor === 5678) return readCancelRequest(reader);
  if (major === 1234 && minor === 5679) return requestWithoutBody(reader, { kind: 'ssl-request' });
  if (major === 1234 && minor === 5680) return requestWithoutBody(reader, { kind: 'gssenc-request' });
  if (major !== 3) {
    return err({
      code: 'not_supported',
      message: `version ${major}.${minor} of the PostgreSQL protocol is not carried`,
      hint: 'use a driver that speaks protocol 3: any of the last twenty years does',
    });
  }
  return readParameters(reader, minor);
}

/** Asks the target for TLS. */
export function sslRequest(): Buffer {
  return new Writer(8).int32(8).int32(80_877_103).finish();
}

/** Asks the target to cancel what a session of it does; goes on a link of its own (manual 54.2.7). */
export function cancelRequest(processId: number, key: Buffer): Buffer {
  return new Writer(12 + key.length)
    .int32(12 + key.length)
    .int32(80_877_102)
    .int32(processId | 0)
    .bytes(key)
    .finish();
}

/** NegotiateProtocolVersion: the version that is spoken here instead, and which options of the protocol are not known. */
function negotiateProtocolVersion(minor: 0 | 2, unknownOptions: readonly string[]): Buffer {
  return message(fromServer.negotiateProtocolVersion, (writer) => {
    writer.int32(0x0003_0000 | minor).int32(unknownOptions.length);
    for (const option of unknownOptions) writer.string(option);
    return writer;
  });
}

/** 3.2 made the secret as long as 256 bytes. */
function readCancelRequest(reader: Reader): Result<StartupPacket, Denial> {
  const processId = reader.uint32();
  const secret = Buffer.from(reader.span(reader.remaining));
  if (secret.length < 4 || secret.length > 256)
    throw new WireError('the key of a cancel request has an impossible length');
  return ok({ kind: 'cancel-request', processId, secret });
}

function requestWithoutBody(reader: Reader, packet: StartupPacket): Result<StartupPacket, Denial> {
  reader.finish();
  return ok(packet);
}

function readParameters(reader: Reader, asked: number): Result<StartupPacket, Denial> {
  const named = new Map<string, string>();
  const unknownOptions: string[] = [];
  for (;;) {
    const name = reader.string();
    if (name === '') break;
    const value = reader.string();
    if (name.startsWith('_pq_.')) unknownOptions.push(name);
    else named.set(name, value);
  }
  reader.finish();

  const user = named.get('user');
  if (user === undefined || user === '') throw new WireError('the startup packet names no user');
  const options = parseOptions(named.get('options') ?? '');
  if (!options.ok) return options;
  named.delete('options');
  // PostgreSQL applies the options first; what is named in the packet itself wins.
  const parameters = new Map([...options.value, ...named]);
  const database = named.get('database');
  if (database === undefined) parameters.delete('database');

  const replication = parameters.get('replication');
  if (replication !== undefined && !noReplication.has(replication.toLowerCase())) {
    return err({
      code: 'not_supported',
      message: 'the replication protocol is not carried',
      hint: 'connect without the parameter "replication"',
    });
  }
  // 3.1 says nothing that 3.0 does not, and PostgreSQL 18 takes it for that; what is newer than 3.2 is not known here.
  const minor = asked >= 2 ? 2 : 0;
  const startup: Startup = {
    database: database === undefined || database === '' ? user : database,
    parameters,
    user,
    minor,
    negotiation: asked <= 2 && unknownOptions.length === 0 ? null : negotiateProtocolVersion(minor, unknownOptions),
  };
  return ok({ kind: 'startup', startup });
}

const noReplication: ReadonlySet<string> = new Set(['false', 'off', '0', 'no']);

/** `-c name=value`, `-cname=value` and `--name=value`, split at white space; a backslash keeps the next character. */
function parseOptions(text: string): Result<ReadonlyMap<string, string>, Denial> {
  const settings = new Map<string, string>();
  const words = splitWords(text);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    let setting: string | undefined;
    if (word.startsWith('--')) setting = word.slice(2);
    else if (word === '-c') {
      index += 1;
      setting = words[index];
    } else if (word.startsWith('-c')) setting = word.slice(2);
    const parts = setting === undefined ? null : /^([A-Za-z_][A-Za-z0-9_.$-]*)=(.*)$/s.exec(setting);
    if (parts === null) return malformedOptions;
    settings.set((parts[1] ?? '').replaceAll('-', '_'), parts[2] ?? '');
  }
  return ok(settings);
}

const malformedOptions = err({
  code: 'not_supported',
  message: 'the startup parameter "options" holds something other than settings',
  hint: 'write each setting as "-c name=value" or "--name=value"',
} as const);

function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (/[ \t\n\r\f\v]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === '\\') {
      index += 1;
      word = (word ?? '') + text.charAt(index);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== null) words.push(word);
  return words;
}
