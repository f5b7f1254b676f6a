/** Messages of the PostgreSQL protocol, built by hand from the manual (54.7), apart from the code under test. */

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

export function msg(type: string, ...body: readonly Buffer[]): Buffer {
  const content = Buffer.concat(body);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(content.length + 4), content]);
}

function packet(...body: readonly Buffer[]): Buffer {
  const content = Buffer.concat(body);
  return Buffer.concat([int32(content.length + 4), content]);
}

/** From the client. */
export const fe = {
  ssl: packet(int32(80_877_103)),
  gssenc: packet(int32(80_877_104)),
  cancel: packet(int32(80_877_102), int32(7), int32(9)),
  startup: (parameters: Readonly<Record<string, string>>, version = 0x0003_0000) =>
    packet(
      int32(version),
      ...Object.entries(parameters).flatMap(([name, value]) => [cstring(name), cstring(value)]),
      Buffer.alloc(1),
    ),
  password: (secret: string) => msg('p', cstring(secret)),
  query: (text: string) => msg('Q', cstring(text)),
  parse: (name: string, text: string, types: readonly number[] = []) =>
    msg('P', cstring(name), cstring(text), int16(types.length), ...types.map(int32)),
  bind: (portal: string, statement: string, values: readonly (string | null)[] = []) =>
    msg(
      'B',
      cstring(portal),
      cstring(statement),
      int16(0),
      int16(values.length),
      ...values.flatMap((value) =>
        value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
      ),
      int16(0),
    ),
  describe: (kind: 'S' | 'P', name: string) => msg('D', Buffer.from(kind), cstring(name)),
  close: (kind: 'S' | 'P', name: string) => msg('C', Buffer.from(kind), cstring(name)),
  execute: (portal: string, rows = 0) => msg('E', cstring(portal), int32(rows)),
  functionCall: msg('F', int32(1), int16(0), int16(0), int16(0)),
  copyData: (bytes: Buffer | string) => msg('d', Buffer.from(bytes)),
  copyDone: msg('c'),
  copyFail: msg('f', cstring('no')),
  flush: msg('H'),
  sync: msg('S'),
  terminate: msg('X'),
} as const;

export interface Field {
  readonly name: string;
  readonly table?: number;
  readonly number?: number;
  readonly type?: number;
  readonly format?: number;
}

/** From the server. */
export const be = {
  authOk: msg('R', int32(0)),
  authCleartext: msg('R', int32(3)),
  auth: (code: number, body: Buffer = Buffer.alloc(0)) => msg('R', int32(code), body),
  parameter: (name: string, value: string) => msg('S', cstring(name), cstring(value)),
  key: (pid: number) => msg('K', int32(pid), Buffer.from([1, 2, 3, 4])),
  ready: (status: string) => msg('Z', Buffer.from(status)),
  parseComplete: msg('1'),
  bindComplete: msg('2'),
  closeComplete: msg('3'),
  noData: msg('n'),
  suspended: msg('s'),
  empty: msg('I'),
  parameters: (types: readonly number[] = []) => msg('t', int16(types.length), ...types.map(int32)),
  complete: (tag: string) => msg('C', cstring(tag)),
  notification: msg('A', int32(3), cstring('channel'), cstring('payload')),
  copyOut: msg('H', Buffer.from([0]), int16(0)),
  copyIn: msg('G', Buffer.from([0]), int16(0)),
  copyBoth: msg('W', Buffer.from([0]), int16(0)),
  copyData: (bytes: Buffer | string) => msg('d', Buffer.from(bytes)),
  copyDone: msg('c'),
  fields: (fields: readonly Field[]) =>
    msg(
      'T',
      int16(fields.length),
      ...fields.flatMap((field) => [
        cstring(field.name),
        int32(field.table ?? 0),
        int16(field.number ?? 0),
        int32(field.type ?? 25),
        int16(0xffff),
        int32(-1),
        int16(field.format ?? 0),
      ]),
    ),
  row: (cells: readonly (string | null)[]) =>
    msg(
      'D',
      int16(cells.length),
      ...cells.flatMap((cell) => (cell === null ? [int32(-1)] : [int32(Buffer.byteLength(cell)), Buffer.from(cell)])),
    ),
  error: (sqlstate: string, message: string, more: Readonly<Record<string, string>> = {}) =>
    report('E', { S: 'ERROR', V: 'ERROR', C: sqlstate, M: message, ...more }),
  fatal: (sqlstate: string, message: string) => report('E', { S: 'FATAL', V: 'FATAL', C: sqlstate, M: message }),
  notice: (sqlstate: string, message: string) => report('N', { S: 'NOTICE', V: 'NOTICE', C: sqlstate, M: message }),
} as const;

function report(type: 'E' | 'N', fields: Readonly<Record<string, string>>): Buffer {
  return msg(
    type,
    ...Object.entries(fields).flatMap(([code, value]) => [Buffer.from(code), cstring(value)]),
    Buffer.alloc(1),
  );
}

export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Cuts whole messages apart. Throws if the last one is not whole. */
export function messagesOf(bytes: Buffer): readonly Message[] {
  const { messages, rest } = splitMessages(bytes);
  if (rest.length > 0) throw new Error('the last message is not whole');
  return messages;
}

/** Whole messages, and what is left over. */
export function splitMessages(bytes: Buffer): { readonly messages: readonly Message[]; readonly rest: Buffer } {
  const messages: Message[] = [];
  let at = 0;
  while (bytes.length - at >= 5) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) break;
    messages.push({ type: String.fromCharCode(bytes[at] ?? 0), body: bytes.subarray(at + 5, end) });
    at = end;
  }
  return { messages, rest: bytes.subarray(at) };
}

/** The type bytes alone: `12TDCZ`. */
export function typesOf(bytes: Buffer): string {
  return messagesOf(bytes)
    .map((message) => message.type)
    .join('');
}

/** The fields of the first error among these bytes. */
export function errorOf(bytes: Buffer): Readonly<Record<string, string>> {
  const error = messagesOf(bytes).find((message) => message.type === 'E');
  if (error === undefined) throw new Error('there is no error in here');
  return fieldsOf(error.body);
}

export function fieldsOf(body: Buffer): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const part of body.toString('utf8').split('\0')) if (part !== '') fields[part.charAt(0)] = part.slice(1);
  return fields;
}
