import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from './io.ts';

/** A token that `sluice login` got, for one gateway. */
export interface StoredToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/**
 * Tokens of `sluice login` in the user's own configuration folder, readable by them alone, by the origin of the gateway. What
 * cannot be read counts as none.
 */
export class TokenStore {
  readonly #folder: string | null;

  constructor(env: Io['env']) {
    this.#folder = folderIn(env);
  }

  /** Where they are kept; null: nowhere. */
  get file(): string | null {
    return this.#folder === null ? null : join(this.#folder, 'tokens.json');
  }

  find(origin: string): StoredToken | null {
    return this.#read().get(origin) ?? null;
  }

  /** Throws what the file system says. */
  keep(origin: string, token: StoredToken): void {
    this.#write(this.#read().set(origin, token));
  }

  /** Whether there was one. */
  forget(origin: string): boolean {
    const tokens = this.#read();
    const had = tokens.delete(origin);
    if (had) this.#write(tokens);
    return had;
  }

  #read(): Map<string, StoredToken> {
    if (this.file === null) return new Map();
    try {
      const parsed: unknown = JSON.parse(readFileSync(this.file, 'utf8'));
      const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
      return new Map(entries.filter((entry): entry is [string, StoredToken] => isStored(entry[1])));
    } catch {
      return new Map();
    }
  }

  #write(tokens: ReadonlyMap<string, StoredToken>): void {
    if (this.#folder === null || this.file === null) throw new Error('there is no configuration folder');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const beside = `${this.file}.${process.pid}`;
    try {
      writeFileSync(beside, JSON.stringify(Object.fromEntries(tokens)), { mode: 0o600 });
      chmodSync(beside, 0o600);
      renameSync(beside, this.file);
    } finally {
      rmSync(beside, { force: true });
    }
  }
}

function folderIn(env: Io['env']): string | null {
  if (set(env['XDG_CONFIG_HOME'])) return join(env['XDG_CONFIG_HOME'], 'sluice');
  if (set(env['APPDATA'])) return join(env['APPDATA'], 'sluice');
  return set(env['HOME']) ? join(env['HOME'], '.config', 'sluice') : null;
}

function set(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function isStored(value: unknown): value is StoredToken {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'token' in value && typeof value.token === 'string' && 'expiresAt' in value && typeof value.expiresAt === 'string'
  );
}
