import { readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { HttpProtocol } from '../core/http-machine.ts';
import type { Protocol } from '../core/machine.ts';
import type { Engine } from '../engine/engine.ts';
import { ensureAuthority } from '../net/authority.ts';
import { CancelKeys } from '../net/cancel-keys.ts';
import { listenHttp } from '../net/http-listener.ts';
import { type Listener, listen } from '../net/listener.ts';
import type { Configuration, HttpListener, ListenerSettings, PostgresListener } from './config/configuration.ts';
import { printSocketAddress } from './config/socket-address.ts';

export interface ListenersParts {
  readonly postgres: Protocol;
  readonly http: HttpProtocol;
  readonly engine: Engine;
  readonly instance: string;
  readonly clock: Clock;
  readonly onBug: (error: unknown) => void;
  /** Folder of the gateway's own authority. */
  readonly keys: string;
}

export interface OpenListener {
  readonly settings: ListenerSettings;
  readonly listener: Listener;
}

/** The doors of a gateway: opened together or not at all. */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #open: OpenListener[] = [];
  readonly #cancelKeys: CancelKeys;
  /** Hosts of all listeners that share the own certificate. */
  #hosts: readonly string[] = [];
  #renewing: NodeJS.Timeout | null = null;
  /** PEM of the own authority, once a listener uses it. */
  authority: string | null = null;

  constructor(parts: ListenersParts) {
    this.#parts = parts;
    this.#cancelKeys = new CancelKeys(parts.instance);
  }

  get open(): readonly OpenListener[] {
    return this.#open;
  }

  async start(configuration: Configuration): Promise<Result<null, string>> {
    const auto = configuration.listeners.filter(({ tls }) => tls.kind === 'auto');
    this.#hosts = auto.map(({ address }) => address.host);
    for (const settings of configuration.listeners) {
      const opened = await this.#start(settings, configuration);
      if (opened.ok) continue;
      await this.close();
      return opened;
    }
    this.#renewing = setInterval(() => this.renew().catch(this.#parts.onBug), renewMs).unref();
    return ok(null);
  }

  /** Shows a new certificate of the own authority where the old one runs out soon. Sessions live on. */
  async renew(): Promise<void> {
    for (const { settings, listener } of this.#open) {
      if (settings.tls.kind !== 'auto') continue;
      const certificate = await this.#certificate(settings);
      if (certificate !== null) listener.present(certificate);
    }
  }

  async close(): Promise<void> {
    if (this.#renewing !== null) clearInterval(this.#renewing);
    this.#renewing = null;
    await Promise.all(this.#open.map(({ listener }) => listener.close()));
    this.#open.length = 0;
  }

  async #start(settings: ListenerSettings, configuration: Configuration): Promise<Result<null, string>> {
    const { host, port } = settings.address;
    try {
      const listener =
        settings.protocol === 'http'
          ? await this.#listenHttp(settings, configuration)
          : await this.#listen(settings, configuration);
      this.#open.push({ settings, listener });
      return ok(null);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'its certificate or key cannot be used';
      return err(`listeners.${settings.name}: cannot listen on ${host}:${port} (${code})`);
    }
  }

  async #listen(settings: PostgresListener, { limits }: Configuration): Promise<Listener> {
    const { engine, clock, onBug, postgres } = this.#parts;
    return listen({
      name: settings.name,
      protocol: postgres,
      address: printSocketAddress(settings.address),
      tls: await this.#certificate(settings),
      limits,
      auth: settings.auth,
      openJudge: engine.openJudge,
      cancelKeys: this.#cancelKeys,
      proxies: settings.proxyProtocol,
      clientAuthority: settings.clientAuthority === null ? null : await readFile(settings.clientAuthority, 'utf8'),
      onBug,
      clock,
    });
  }

  async #listenHttp(settings: HttpListener, { limits }: Configuration): Promise<Listener> {
    const { engine, onBug, http } = this.#parts;
    return listenHttp({
      name: settings.name,
      protocol: http,
      address: printSocketAddress(settings.address),
      tls: await this.#certificate(settings),
      connection: settings.connection,
      limits,
      openJudge: engine.openJudge,
      onBug,
    });
  }

  async #certificate({ tls }: ListenerSettings): Promise<{ readonly key: string; readonly cert: string } | null> {
    switch (tls.kind) {
      case 'off':
        return null;
      case 'files':
        return { key: await readFile(tls.key, 'utf8'), cert: await readFile(tls.cert, 'utf8') };
      case 'auto': {
        const own = await ensureAuthority(this.#parts.keys, this.#hosts, this.#parts.clock);
        this.authority = own.authority;
        return own;
      }
    }
  }
}

/** Often enough never to miss the 30 days before an end, and small enough for a timer. */
const renewMs = 24 * 60 * 60 * 1000;
