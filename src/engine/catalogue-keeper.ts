import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { CatalogueSnapshot } from '../core/catalogue.ts';
import type { Credential, PostgresConnection } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { SecretSource } from '../core/secret-source.ts';
import type { Journal } from '../ledger/journal.ts';
import { resolveProtection } from '../masking/protect.ts';
import { CatalogueIndex } from '../sql/catalogue-index.ts';
import type { Catalogues } from './ports.ts';
import { readCredential } from './read-credential.ts';
import { ledgerDenial } from './session-account.ts';

/** Reads the catalogue of a target over a connection of Sluice's own. `before` is awaited before each statement is sent. */
export type ReadCatalogue = (options: {
  readonly connection: PostgresConnection;
  readonly credential: Credential;
  readonly before: (statement: OwnStatementText) => Promise<Result<null, Denial>>;
}) => Promise<Result<CatalogueSnapshot, Denial>>;

export interface OwnStatementText {
  readonly purpose: string;
  readonly text: string;
}

export interface KeeperParts {
  readonly journal: Journal;
  readonly secrets: SecretSource;
  readonly read: ReadCatalogue;
  readonly clock: Clock;
  readonly onBug: (error: unknown) => void;
}

/** Keeps one snapshot per connection, protected columns resolved; reads it again on a poll and on suspicion. */
export class CatalogueKeeper implements Catalogues {
  readonly #parts: KeeperParts;
  readonly #kept = new Map<ConnectionName, Kept>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  current(connection: ConnectionName): CatalogueIndex | null {
    return this.#kept.get(connection)?.index ?? null;
  }

  async load(connection: PostgresConnection): Promise<Result<CatalogueIndex, Denial>> {
    const kept = this.#keptOf(connection);
    return kept.index !== null ? ok(kept.index) : this.#refresh(kept);
  }

  async reconsider(connection: ConnectionName): Promise<CatalogueIndex | null> {
    const kept = this.#kept.get(connection);
    if (kept === undefined) return null;
    // What is being read was begun before the change.
    if (kept.outdated && kept.loading !== null) await kept.loading;
    // Clients cause this: whoever asks for what does not exist must not keep the target busy.
    const early = RECONSIDER_MS - (this.#parts.clock.monotonic() - kept.readAt);
    if (early > 0 && kept.loading === null && !kept.outdated)
      await new Promise((resolve) => setTimeout(resolve, early));
    await this.#refresh(kept);
    return kept.index;
  }

  outdated(connection: ConnectionName): void {
    const kept = this.#kept.get(connection);
    if (kept === undefined) return;
    kept.outdated = true;
    this.#refresh(kept).catch(this.#parts.onBug);
  }

  /** Reads every snapshot in force again. What cannot be read now stays: its target refuses sessions by itself. */
  async poll(): Promise<void> {
    for (const kept of this.#kept.values()) if (kept.index !== null) await this.#refresh(kept);
  }

  /** After a reload: what is protected may have changed, connections may be gone. */
  forget(): void {
    this.#kept.clear();
  }

  #keptOf(connection: PostgresConnection): Kept {
    const known = this.#kept.get(connection.name);
    if (known !== undefined) return known;
    const fresh: Kept = { connection, index: null, readAt: Number.NEGATIVE_INFINITY, loading: null, outdated: false };
    this.#kept.set(connection.name, fresh);
    return fresh;
  }

  #refresh(kept: Kept): Promise<Result<CatalogueIndex, Denial>> {
    kept.loading ??= this.#read(kept).finally(() => {
      kept.loading = null;
    });
    return kept.loading;
  }

  async #read(kept: Kept): Promise<Result<CatalogueIndex, Denial>> {
    const { connection } = kept;
    kept.outdated = false;
    const snapshot = await this.#snapshot(connection);
    kept.readAt = this.#parts.clock.monotonic();
    if (!snapshot.ok) {
      this.#parts.journal.append(
        { type: 'catalogue.failed', connection: connection.name, code: snapshot.error.code },
        nothingWaits,
      );
      return snapshot;
    }
    const resolved = resolveProtection(connection.protect, snapshot.value);
    const [fault] = resolved.faults;
    if (fault !== undefined) {
      kept.index = null;
      this.#parts.journal.append(
        { type: 'catalogue.failed', connection: connection.name, code: 'catalogue_unavailable' },
        nothingWaits,
      );
      return err({
        code: 'catalogue_unavailable',
        message: `what connection ${connection.name} protects does not fit its database: ${fault}`,
        hint: 'the operator corrects `protect:` in the configuration; until then nobody is let in',
      });
    }
    // Classes follow from the snapshot and from rules that never change in place: the version covers them.
    if (kept.index !== null && kept.index.snapshot.version === resolved.snapshot.version) return ok(kept.index);
    const index = new CatalogueIndex(resolved.snapshot);
    kept.index = index;
    this.#parts.journal.append(
      {
        type: 'catalogue.loaded',
        connection: connection.name,
        version: resolved.snapshot.version,
        relations: resolved.snapshot.relations.length,
        protectedColumns: resolved.snapshot.relations.reduce(
          (sum, relation) => sum + relation.columns.filter((column) => column.class !== null).length,
          0,
        ),
      },
      nothingWaits,
    );
    return ok(index);
  }

  async #snapshot(connection: PostgresConnection): Promise<Result<CatalogueSnapshot, Denial>> {
    const rule = connection.credentials.find((candidate) => candidate.for === null) ?? connection.credentials[0];
    if (rule === undefined) {
      return err({
        code: 'secret_unavailable',
        message: `connection ${connection.name} has no credentials`,
        hint: 'the operator adds one',
      });
    }
    const credential = await readCredential(this.#parts.secrets, rule);
    if (!credential.ok) return credential;
    return this.#parts.read({
      connection,
      credential: credential.value,
      before: (statement) => this.#record(connection, statement),
    });
  }

  #record(connection: PostgresConnection, statement: OwnStatementText): Promise<Result<null, Denial>> {
    return new Promise((resolve) => {
      this.#parts.journal.append({ type: 'statement.own', connection: connection.name, ...statement }, (fault) =>
        resolve(fault === null ? ok(null) : err(ledgerDenial(fault))),
      );
    });
  }
}

interface Kept {
  readonly connection: PostgresConnection;
  index: CatalogueIndex | null;
  /** Milliseconds of the monotonic clock. */
  readAt: number;
  loading: Promise<Result<CatalogueIndex, Denial>> | null;
  /** A session changed definitions since the last read began. */
  outdated: boolean;
}

function nothingWaits(): void {
  return;
}

/** Between two reads of one catalogue on suspicion. */
const RECONSIDER_MS = 1000;
