import pg from 'pg';

export interface ListenerOptions {
  readonly client: pg.ClientConfig;
  readonly channel: string;
  /** Somebody committed a change. */
  readonly onWord: () => void;
  /** From now on it is heard what changes; what changed before may have been missed. */
  readonly onListening: () => void;
}

/** A connection that waits for word of changes, and is made anew when it is lost. The poll does not depend on it. */
export class ChangeListener {
  readonly #options: ListenerOptions;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const { client: config, channel, onWord, onListening } = this.#options;
    const client = new pg.Client(config);
    this.#client = client;
    client.on('notification', onWord);
    // Whatever it was: it is over, and said so by `end` as well.
    client.on('error', () => undefined);
    client.once('end', () => this.#again());
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
      if (!this.#closed) onListening();
    } catch {
      // Once a connection was there its end is told; one that never was ends here.
      client.end().catch(() => undefined);
      this.#again();
    }
  }

  #again(): void {
    if (this.#closed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#connect();
    }, againMs);
  }
}

const againMs = 500;
