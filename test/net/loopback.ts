import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { TargetAddress } from '../../src/core/connection.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { CancelKeys } from '../../src/net/cancel-keys.ts';
import { type Listener, type ListenOptions, listen } from '../../src/net/listener.ts';
import { Arrivals } from './arrivals.ts';
import { lineProtocol } from './line-protocol.ts';
import { ScriptedJudge } from './scripted-judge.ts';

export interface Target {
  readonly address: TargetAddress;
  /** Connections as they come. */
  readonly peers: Arrivals<Peer>;
}

/** A target that accepts, and says and does what the test lets it. */
export async function startTarget(
  context: TestContext,
  wrap: (socket: Socket) => Socket = (socket) => socket,
): Promise<Target> {
  const peers = new Arrivals<Peer>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    peers.add(new Peer(wrap(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: bound.port, database: 'clinic', tls: 'off', ca: null }, peers };
}

export interface Gateway {
  readonly listener: Listener;
  readonly judge: ScriptedJudge;
  readonly bugs: Arrivals<unknown>;
  /** A client that is connected, and said nothing yet. */
  client(): Promise<Peer>;
  /** A client that is let in, with the target's end of its session. */
  session(target: Target): Promise<{ readonly client: Peer; readonly server: Peer }>;
}

/** A listener that speaks lines, on a free port. */
export async function startGateway(
  context: TestContext,
  target: TargetAddress,
  options: Partial<Omit<ListenOptions, 'limits'>> & {
    readonly judge?: ScriptedJudge;
    readonly limits?: Partial<Limits>;
  } = {},
): Promise<Gateway> {
  const { judge = new ScriptedJudge(), limits, ...rest } = options;
  const bugs = new Arrivals<unknown>();
  const listener = await listen({
    name: 'lines',
    protocol: lineProtocol(target),
    address: '127.0.0.1:0',
    tls: null,
    auth: 'token',
    cancelKeys: new CancelKeys('lines'),
    proxies: [],
    clientAuthority: null,
    openJudge: judge.open,
    onBug: (error) => bugs.add(error),
    sweepMs: 20,
    ...rest,
    limits: { ...defaultLimits, ...limits },
  });
  context.after(() => listener.close());
  const client = async () => {
    const socket = connect({ port: Number(listener.address.split(':').at(-1)), host: '127.0.0.1', noDelay: true });
    context.after(() => socket.destroy());
    await once(socket, 'connect');
    return new Peer(socket);
  };
  return {
    listener,
    judge,
    bugs,
    client,
    async session(from) {
      const joined = await client();
      joined.send('hello\n');
      const server = await from.peers.next();
      await joined.expect('ready\n');
      return { client: joined, server };
    },
  };
}

/** One end of a socket, as a test holds it. */
export class Peer {
  readonly socket: Socket;
  /** Resolves when nothing more will come: the other side closed, cleanly or not. */
  readonly closed: Promise<void>;
  readonly #arrived = new Arrivals<null>();
  #text = '';
  #over = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#arrived.add(null);
    });
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.#over = true;
        this.#arrived.add(null);
        resolve();
      };
      socket.once('end', end).once('close', end);
    });
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    while (!this.#text.includes('\n') && !this.#over) await this.#arrived.next();
    const end = this.#text.indexOf('\n');
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Waits for exactly this text; throws when something else comes, or the end. */
  async expect(text: string): Promise<void> {
    while (this.#text.length < text.length && !this.#over) await this.#arrived.next();
    const got = this.#text.slice(0, text.length);
    this.#text = this.#text.slice(text.length);
    if (got !== text) throw new Error(`expected ${JSON.stringify(text)}, got ${JSON.stringify(got)}`);
  }

  /** Everything that was not read yet, up to the end. */
  async rest(): Promise<string> {
    await this.closed;
    return this.#text;
  }

  /** Resolves with what was handed to the kernel, when that has not grown for a tenth of a second: nobody takes more. */
  stalled(): Promise<number> {
    return new Promise((resolve) => {
      let last = -1;
      let same = 0;
      const watch = setInterval(() => {
        const written = this.socket.bytesWritten - this.socket.writableLength;
        same = written === last ? same + 1 : 0;
        last = written;
        if (same < 10) return;
        clearInterval(watch);
        resolve(written);
      }, 10);
    });
  }
}
