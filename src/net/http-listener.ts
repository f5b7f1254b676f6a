import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Denial } from '../core/denial.ts';
import type { HttpProtocol } from '../core/http-machine.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { OpenJudge } from '../core/judge.ts';
import type { Limits } from '../core/limits.ts';
import type { ServerCertificate } from './accept-tls.ts';
import { bind, boundAddress, clientAddress, parseAddress } from './bind.ts';
import { keepAliveMs } from './dial.ts';
import { HttpRelay } from './http-relay.ts';
import { HttpTargets } from './http-targets.ts';
import { draining, type Listener } from './listener.ts';

export interface HttpListenOptions {
  /** As configured: `records`. */
  readonly name: string;
  readonly protocol: HttpProtocol;
  /** `host:port`; an IPv6 host in brackets; port 0 takes a free one. */
  readonly address: string;
  /** Null: plain. */
  readonly tls: ServerCertificate | null;
  /** Where it leads. */
  readonly connection: ConnectionName;
  readonly limits: Limits;
  readonly openJudge: OpenJudge;
  /** A fault of ours that ended a session. Never throws. */
  readonly onBug: (error: unknown) => void;
}

/** Listens for HTTP, and gives every client connection a relay. Rejects when the address cannot be had. */
export async function listenHttp(options: HttpListenOptions): Promise<Listener> {
  const { limits } = options;
  const { host, port } = parseAddress(options.address);
  const targets = new HttpTargets(limits.connectMs);
  const relays = new Map<Socket, HttpRelay>();
  let sessions = 0;
  let turnedAway = 0;
  let emptied: (() => void) | null = null;

  const server = makeServer(options);
  server.on(options.tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    const client = clientAddress(socket, options.tls !== null);
    if (sessions >= limits.sessions || client === null) {
      turnedAway += client === null ? 0 : 1;
      socket.on('error', ignore).destroy();
      return;
    }
    sessions += 1;
    socket.once('close', () => {
      sessions -= 1;
      relays.delete(socket);
      if (sessions === 0) emptied?.();
    });
    try {
      relays.set(socket, new HttpRelay(socket, client, { ...options, listener: options.name, targets }));
    } catch (error) {
      socket.on('error', ignore).destroy();
      options.onBug(error);
    }
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    relays.get(request.socket)?.arrived(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    // What cannot be read, or could be read in two ways. A word about it must not be taken for the answer to something else.
    const relay = [...relays].find(([open]) => open === socket)?.[1];
    if (relay?.idle === false) relay.terminate(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? tooSlow : brokenBytes);
    else if (socket.writable) socket.end(badRequest, () => socket.destroy());
    else socket.destroy();
  });
  // Nothing moved for a while. That is well while a request is under way, and not while its answer is not taken.
  server.setTimeout(Math.min(limits.idleMs, stalledMs), (socket) => {
    const relay = relays.get(socket);
    if (relay === undefined || relay.idle || socket.writableLength > 0) socket.destroy();
  });
  server.headersTimeout = limits.handshakeMs;
  server.requestTimeout = bodyMs;
  server.keepAliveTimeout = Math.min(limits.idleMs, longestTimer);

  await bind(server, host, port);
  server.on('error', options.onBug);
  const address = boundAddress(server);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  let accepting = true;
  let closing: Promise<void> | null = null;

  function stopAccepting(): void {
    if (!accepting) return;
    accepting = false;
    server.close();
  }

  async function shut(): Promise<void> {
    stopAccepting();
    for (const relay of relays.values()) relay.terminate(draining);
    await closed;
    // The server counts a socket as gone a moment before its `close`.
    if (sessions > 0) await new Promise<void>((resolve) => (emptied = resolve));
    await targets.close();
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
    unproxied: 0,
    present(certificate) {
      if ('setSecureContext' in server) server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
    },
    stopAccepting,
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

function makeServer({ tls, limits }: HttpListenOptions): Server | TlsServer {
  const settings = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.tokenBytes + otherHeaders,
    // How often it is looked whose head or body takes too long; every thirty seconds otherwise.
    connectionsCheckingInterval: Math.ceil(limits.handshakeMs / 3),
  };
  return tls === null
    ? createServer(settings)
    : createTlsServer({
        ...settings,
        ...tls,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: limits.handshakeMs,
      });
}

function ignore(): void {
  // The socket is being closed already.
}

const brokenBytes: Denial = {
  code: 'protocol_violation',
  message: 'what the client sent cannot be read as HTTP/1.1, or could be read in two ways',
  hint: 'send one length or chunks, and nothing behind the body; look before you send the request again',
};
const tooSlow: Denial = {
  code: 'idle_timeout',
  message: 'the body of the request took too long',
  hint: 'send it within five minutes',
};
const badRequest = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
/** Of a request line and headers, beside a token. */
const otherHeaders = 16 * 1024;
/** From the first byte of a request to the last one of its body. */
const bodyMs = 300_000;
/** A client that takes nothing of its answer for so long does not want it. */
const stalledMs = 300_000;
/** Timers cannot be longer. */
const longestTimer = 2 ** 31 - 1;
