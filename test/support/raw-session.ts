import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** A message of the server. */
export interface ServerMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** A driver's open connection, taken over: from here on the test writes the messages of the protocol itself. */
export class RawSession {
  readonly #stream: Duplex;
  #bytes: Buffer = Buffer.alloc(0);
  #messages: ServerMessage[] = [];
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(client: pg.Client) {
    this.#stream = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
    this.#stream.removeAllListeners('data');
    this.#stream.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#stream.on('close', () => this.#end());
    this.#stream.on('end', () => this.#end());
  }

  /** Sends all of it in one write; answers with what came up to the `readies`-th ReadyForQuery, or the end of the session. */
  async exchange(messages: readonly Buffer[], readies = 1): Promise<readonly ServerMessage[]> {
    this.#stream.write(Buffer.concat(messages));
    const done = () => this.#closed || this.#messages.filter(({ type }) => type === 'Z').length >= readies;
    while (!done()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const answered = this.#messages;
    this.#messages = [];
    return answered;
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const { messages, rest } = splitMessages(this.#bytes);
    this.#bytes = rest;
    this.#messages.push(...messages);
    this.#wake();
  }

  #end(): void {
    this.#closed = true;
    this.#wake();
  }
}

/** Whole messages of a server's bytes, and what is left over. */
export function splitMessages(bytes: Buffer): { readonly messages: readonly ServerMessage[]; readonly rest: Buffer } {
  const messages: ServerMessage[] = [];
  let at = 0;
  while (bytes.length - at >= 5) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end > bytes.length) break;
    messages.push({ type: String.fromCharCode(bytes[at] ?? 0), body: bytes.subarray(at + 5, end) });
    at = end;
  }
  return { messages, rest: bytes.subarray(at) };
}
