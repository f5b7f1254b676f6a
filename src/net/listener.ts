import { createServer, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import type { ClientAddress, OpenJudge } from '../core/judge.ts';
import type { Limits } from '../core/limits.ts';
import type { MachineOptions, Protocol } from '../core/machine.ts';
import { type ServerCertificate, serverContext } from './accept-tls.ts';
import { bind, boundAddress, clientAddress, parseAddress } from './bind.ts';
import type { CancelKeys } from './cancel-keys.ts';
import { ClientAuthority } from './client-authority.ts';
import { keepAliveMs } from './dial.ts';
import { readProxyHeader } from './proxy-header.ts';
import { Relay } from './relay.ts';
import { TrustedNetworks } from './trusted-networks.ts';

export interface ListenOptions {
  /** As configured: `pg`. */
  readonly name: string;
  readonly protocol: Protocol;
  /** `host:port`; an IPv6 host in brackets; port 0 takes a free one. */
  readonly address: string;
  /** Null: plain. */
  readonly tls: ServerCertificate | null;
  /** PEM of the authorities whose clients may connect; null: clients need no certificate. */
  readonly clientAuthority: string | null;
  readonly limits: Limits;
  readonly auth: MachineOptions['auth'];
  readonly openJudge: OpenJudge;
  readonly cancelKeys: CancelKeys;
  /** Networks, in CIDR form, whose connections begin with a PROXY header of version 2. */
  readonly proxies: readonly string[];
  /** A fault of ours that ended a session. Never throws. */
  readonly onBug: (error: unknown) => void;
  readonly clock?: Clock;
  /** How often timeouts are looked for. */
  readonly sweepMs?: number;
}

/** A port that clients connect to. */
export interface Listener {
  readonly name: string;
  /** Where it really listens. */
  readonly address: string;
  /** Sockets of clients that are open. */
  readonly sessions: number;
  /** Connections closed at once because `limits.sessions` were open. */
  readonly turnedAway: number;
  /** Connections of a trusted proxy closed at once because they did not begin with a PROXY header. */
  readonly unproxied: number;
  /** Shows another certificate to clients from now on: a renewed one. */
  present(certificate: ServerCertificate): void;
  /** No new clients; sessions live on. */
  stopAccepting(): void;
  /** Ends every session politely. Resolves when the last socket of a client is closed. */
  close(): Promise<void>;
}

/** Listens, and gives every client a relay. Rejects when the address cannot be had. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port } = parseAddress(options.address);
  const { limits } = options;
  const clock = options.clock ?? systemClock;
  const relays = new Set<Relay>();
  let context: SecureContext | null = options.tls === null ? null : serverContext(options.tls);
  const clients = options.clientAuthority === null ? null : new ClientAuthority(options.clientAuthority);
  let sessions = 0;
  let turnedAway = 0;
  let unproxied = 0;
  const proxies = new TrustedNetworks(options.proxies);
  let emptied: (() => void) | null = null;

  const server = createServer(socketOptions, (socket) => {
    if (sessions >= limits.sessions) {
      turnedAway += 1;
      refuse(socket);
      return;
    }
    sessions += 1;
    socket.once('close', () => {
      sessions -= 1;
      if (sessions === 0) emptied?.();
    });
    const client = clientAddress(socket, context !== null);
    if (client === null) refuse(socket);
    else if (proxies.holds(client.address)) admitBehind(socket, client);
    else admit(socket, client);
  });

  /** A proxy must say whom it passes on, and is believed: otherwise every client would seem to come from it. */
  function admitBehind(socket: Socket, proxy: ClientAddress): void {
    readProxyHeader(socket, limits.handshakeMs, (header) => {
      if (typeof header === 'string') {
        unproxied += 1;
        refuse(socket);
      } else {
        admit(socket, header.kind === 'local' ? proxy : { ...proxy, address: header.address, port: header.port });
      }
    });
  }

  function admit(socket: Socket, client: ClientAddress): void {
    try {
      const relay = new Relay(
        socket,
        client,
        { ...options, listener: options.name, tls: context, clients },
        clock.monotonic(),
      );
      relays.add(relay);
      socket.once('close', () => relays.delete(relay));
    } catch (error) {
      refuse(socket);
      options.onBug(error);
    }
  }

  const sweeper = setInterval(() => {
    const now = clock.monotonic();
    for (const relay of relays) relay.sweep(now);
  }, options.sweepMs ?? sweepMs).unref();

  try {
    await bind(server, host, port);
  } catch (error) {
    clearInterval(sweeper);
    throw error;
  }
  server.on('error', options.onBug);
  const address = boundAddress(server);
  let accepting = true;
  let closing: Promise<void> | null = null;
  const closed = new Promise<void>((resolve) => server.once('close', resolve));

  function stopAccepting(): void {
    if (!accepting) return;
    accepting = false;
    server.close();
  }

  async function shut(): Promise<void> {
    stopAccepting();
    for (const relay of relays) relay.terminate(draining);
    await closed;
    // The server counts a socket as gone a moment before its `close`.
    if (sessions > 0) await new Promise<void>((resolve) => (emptied = resolve));
    clearInterval(sweeper);
  }

  return {
    name: options.name,
    address,
    get sessions() {
      return sessions;
    },
    get turnedAway() {
      return turnedAway;
    },
    get unproxied() {
      return unproxied;
    },
    present(certificate) {
      context = serverContext(certificate);
    },
    stopAccepting,
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

/** A client may say everything, close its half, and still wait for the answers: each session closes its socket itself. */
const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };

/** Coarse on purpose: one timer for all sessions, none for each statement. */
const sweepMs = 1000;

export const draining: Denial = {
  code: 'draining',
  message: 'the gateway is shutting down',
  hint: 'Connect again in a moment.',
};

function refuse(socket: Socket): void {
  socket.on('error', ignore).destroy();
}

function ignore(): void {
  // The socket is being closed already.
}
