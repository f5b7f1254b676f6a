import { type Clock, rfc3339 } from '../base/clock.ts';
import type { Signer } from '../ledger/signer.ts';
import { publicDirectoryName } from '../ledger/tile-source.ts';
import { errorPhrase } from './error-code.ts';
import { IntegratedLog, type IntegratedLogParts, type IntegrationFault } from './integrated-log.ts';
import { tileDirectory } from './tile-directory.ts';
import { TileWriter } from './tile-writer.ts';

export interface LedgerIntegratorOptions {
  /** The ledger's directory; the public form lies in it. */
  readonly directory: string;
  /** For files in the making, and for nothing else: on the same file system, outside of `directory`. */
  readonly scratch: string;
  readonly durability: 'fsync' | 'os';
  /** That of the journal's heads. */
  readonly signer: Signer;
  readonly clock: Clock;
  /** Entries of the journal that are durable. Never falls. */
  readonly entries: () => number;
  readonly limits?: Partial<IntegratorLimits>;
}

export interface IntegratorLimits {
  /** Between two looks at the journal, milliseconds. */
  readonly intervalMs: number;
  /** Entries from one checkpoint to the next at most: more wait for the one after. */
  readonly roundEntries: number;
}

/** Half of the second that the public form may be behind; the other half is for writing it. */
export const integratorLimits: IntegratorLimits = { intervalMs: 500, roundEntries: 32_768 };

export interface IntegrationStatus {
  /** `failing`: it tries again; `refusing`: it never signs again before somebody looked, since what is there contradicts the journal. */
  readonly state: 'following' | 'failing' | 'refusing' | 'stopped';
  /** Entries that the published checkpoint covers; null before the first look. */
  readonly published: string | null;
  /** Durable entries that it does not cover yet. */
  readonly behind: string;
  /** When it was seen to be behind; null where it was not, at the last look. */
  readonly since: string | null;
  /** A phrase. */
  readonly fault: string | null;
}

type State =
  | { readonly kind: 'following' | 'stopped' }
  | { readonly kind: 'failing' | 'refusing'; readonly fault: string };

/**
 * Follows the journal and keeps its public form (c2sp.org/tlog-tiles) up to date. No statement waits for it: the journal is
 * the durable log, and everything here can be made of it again.
 */
export class LedgerIntegrator {
  readonly #options: LedgerIntegratorOptions;
  readonly #limits: IntegratorLimits;
  readonly #parts: IntegratedLogParts;
  #state: State = { kind: 'following' };
  #log: IntegratedLog | null = null;
  #published: number | null = null;
  #since: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();

  constructor(options: LedgerIntegratorOptions) {
    const { directory, scratch, durability, signer } = options;
    const published = `${directory}/${publicDirectoryName}`;
    this.#options = options;
    this.#limits = { ...integratorLimits, ...options.limits };
    this.#parts = {
      journal: directory,
      source: tileDirectory(published),
      writer: new TileWriter({ directory: published, scratch, sync: durability === 'fsync' }),
      signer,
    };
  }

  start(): void {
    this.#timer ??= setTimeout(async () => {
      await this.integrate();
      this.#timer = null;
      if (this.#state.kind !== 'stopped') this.start();
    }, this.#limits.intervalMs).unref();
  }

  /** Publishes what is durable by now, where it can. One round at a time, however often it is asked for. */
  integrate(): Promise<void> {
    this.#round = this.#round.then(() => this.#integrate());
    return this.#round;
  }

  /** The last round: after the journal was closed it publishes everything. */
  async stop(): Promise<void> {
    await this.integrate();
    this.#state = { kind: 'stopped' };
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#drop();
  }

  status(): IntegrationStatus {
    const state = this.#state;
    return {
      state: state.kind,
      published: this.#published === null ? null : String(this.#published),
      behind: String(this.#options.entries() - (this.#published ?? 0)),
      since: this.#since,
      fault: 'fault' in state ? state.fault : null,
    };
  }

  async #integrate(): Promise<void> {
    if (this.#state.kind === 'stopped' || this.#state.kind === 'refusing') return;
    const entries = this.#options.entries();
    if (entries > (this.#published ?? -1)) this.#since ??= rfc3339(this.#options.clock.now());
    const fault = await this.#attempt(entries).catch(
      (error: unknown): IntegrationFault => ({ final: false, message: errorPhrase(error) }),
    );
    if (fault === null) {
      this.#state = { kind: 'following' };
      if (this.#published === entries) this.#since = null;
      return;
    }
    this.#state = { kind: fault.final ? 'refusing' : 'failing', fault: fault.message };
    this.#parts.writer.forget();
    await this.#drop();
  }

  async #attempt(entries: number): Promise<IntegrationFault | null> {
    if (this.#log === null) {
      const resumed = await IntegratedLog.resume(this.#parts, entries);
      if (!resumed.ok) return resumed.error;
      this.#log = resumed.value;
      this.#published = resumed.value.published;
    }
    let fault: IntegrationFault | null = null;
    do {
      const next = Math.min(entries, this.#log.built + this.#limits.roundEntries);
      fault = await this.#log.extend(next);
      this.#published = this.#log.published;
    } while (fault === null && this.#log.built < entries);
    return fault;
  }

  /** What is built goes on from the files the next time. */
  async #drop(): Promise<void> {
    const log = this.#log;
    this.#log = null;
    await log?.close().catch(() => undefined);
  }
}
