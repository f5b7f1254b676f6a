import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { fe, type Message, splitMessages } from './pg-bytes.ts';

/** Where a raw conversation goes, and what it says to be let in. */
export interface RawTarget {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A client that sends whatever bytes it likes, and keeps every message that comes back. */
export class RawWire {
  readonly #socket: Duplex;
  readonly #messages: Message[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes without which no further message is whole. */
  #needed = 5;
  #closed = false;
  #waiting: (() => void) | null = null;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk));
    socket.on('error', () => this.#over());
    socket.on('close', () => this.#over());
  }

  /** A connection that has said nothing yet. */
  static dial(port: number): Promise<RawWire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawWire(socket));
      });
    });
  }

  /** A driver's session, taken over. */
  static over(client: pg.Client): RawWire {
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
    stream.removeAllListeners('data');
    return new RawWire(stream);
  }

  /** A session that is let in; what the opening said is forgotten. */
  static async open({ port, user, password }: RawTarget): Promise<RawWire> {
    const wire = await RawWire.dial(port);
    wire.send(fe.startup({ user, database: 'clinic' }));
    await wire.until((messages) => messages.length > 0);
    wire.send(fe.password(password));
    const opening = await wire.until((messages) => messages.some(({ type }) => type === 'Z' || type === 'E'));
    if (opening.some(({ type }) => type === 'E')) throw new Error('the raw client was not let in');
    return wire;
  }

  get socket(): Duplex {
    return this.#socket;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(...parts: readonly Buffer[]): this {
    this.#socket.write(Buffer.concat(parts));
    return this;
  }

  /** What came of a message that is not whole. */
  get rest(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** What came and was not taken yet. */
  all(): readonly Message[] {
    return this.#messages;
  }

  take(): readonly Message[] {
    return this.#messages.splice(0);
  }

  /** Takes everything once `enough` says so, or when the connection is over. */
  async until(enough: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
    while (!this.#closed && !enough(this.#messages)) {
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    return this.take();
  }

  /** Takes everything up to that many ReadyForQuery. */
  ready(times = 1): Promise<readonly Message[]> {
    return this.until((messages) => messages.filter(({ type }) => type === 'Z').length >= times);
  }

  /** Sends all of it in one write, and takes what comes up to that many ReadyForQuery. */
  exchange(messages: readonly Buffer[], readies = 1): Promise<readonly Message[]> {
    return this.send(...messages).ready(readies);
  }

  /** Takes what comes until the connection is over. */
  end(): Promise<readonly Message[]> {
    return this.until(() => false);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #arrived(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Joined only when it is worth it: a row of 40 MB comes in hundreds of chunks.
    if (this.#length < this.#needed) return;
    const { messages, rest } = splitMessages(Buffer.concat(this.#chunks));
    this.#messages.push(...messages);
    this.#chunks = [rest];
    this.#length = rest.length;
    this.#needed = rest.length < 5 ? 5 : 1 + rest.readInt32BE(1);
    this.#wake();
  }

  #over(): void {
    this.#closed = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }
}
