import { createHash } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { dialFault } from '../core/dial-fault.ts';
import type { HttpTarget } from '../core/http-connection.ts';
import type { Header } from '../core/http-header.ts';
import type { OutgoingRequest, ResponseHead } from '../core/http-machine.ts';

/** What comes of a request. After `finished` or `failed` nothing more does. */
export interface TargetEvents {
  responded(head: ResponseHead): void;
  received(chunk: Buffer): void;
  finished(): void;
  /** `reason` is a lowercase phrase without anything that the other side said. `sent`: the request may have arrived. */
  failed(reason: string, sent: boolean): void;
}

/** A request that is under way. */
export interface SentRequest {
  pause(): void;
  resume(): void;
  /** No event follows. */
  abandon(): void;
}

/** Links to the targets of one listener. They are shared by its sessions: each request brings its own credential. */
export class HttpTargets {
  readonly #connectMs: number;
  readonly #pools = new Map<string, Pool>();

  constructor(connectMs: number) {
    this.#connectMs = connectMs;
  }

  /** Nothing is sent twice, whatever becomes of it. Redirects are answers like others. */
  send(target: HttpTarget, { method, path, headers, body }: OutgoingRequest, events: TargetEvents): SentRequest {
    const sent = new Sent(events);
    const flat = headers.flat();
    this.#pool(target).dispatch({ method: method as Dispatcher.HttpMethod, path, headers: flat, body }, sent);
    return sent;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #pool(target: HttpTarget): Pool {
    const { scheme, host, port, ca } = target;
    const origin = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const key = `${origin} ${createHash('sha256')
      .update(ca ?? '')
      .digest('hex')}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const made = new Pool(origin, {
      allowH2: false,
      pipelining: 1,
      connections: mostLinks,
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      connect: {
        timeout: this.#connectMs,
        ...(scheme === 'https'
          ? { ca: ca ?? systemAuthorities(), minVersion: 'TLSv1.2', rejectUnauthorized: true }
          : {}),
      },
    });
    this.#pools.set(key, made);
    return made;
  }
}

/** More requests wait for a link to become free. */
const mostLinks = 256;
/** A target that says nothing for so long has no answer. */
const answerMs = 300_000;

function systemAuthorities(): string[] {
  return [...getCACertificates('bundled'), ...getCACertificates('system')];
}

class Sent implements SentRequest, Dispatcher.DispatchHandler {
  readonly #events: TargetEvents;
  #controller: Dispatcher.DispatchController | null = null;
  #over = false;

  constructor(events: TargetEvents) {
    this.#events = events;
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#controller?.paused === true) this.#controller.resume();
  }

  abandon(): void {
    this.#over = true;
    this.#controller?.abort(abandoned);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(abandoned);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // Interim answers (103) are for whoever speaks to the target itself.
    if (this.#over || status < 200) return;
    this.#events.responded({ status, headers: Object.entries(headers).flatMap(pairs) });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#events.received(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.finished();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.failed(phraseOf(error), this.#controller !== null);
  }
}

function pairs([name, value]: readonly [string, string | string[] | undefined]): readonly Header[] {
  if (value === undefined) return [];
  return (typeof value === 'string' ? [value] : value).map((one) => [name.toLowerCase(), one]);
}

function phraseOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return phrases.get(code) ?? dialFault(error);
}

const phrases: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'timed out'],
  ['UND_ERR_HEADERS_TIMEOUT', 'it did not answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'it did not answer in time'],
  ['UND_ERR_HEADERS_OVERFLOW', 'its headers are too long'],
  ['UND_ERR_SOCKET', 'connection lost'],
  ['ECONNRESET', 'connection lost'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'its body is shorter than it said'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'its body is too long'],
  ['UND_ERR_INVALID_ARG', 'the request cannot be sent'],
]);

const abandoned = new Error('the request was abandoned');
