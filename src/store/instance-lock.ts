import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '../base/result.ts';

/** Held as long as the process wants, and let go by the kernel when it dies: there is no such thing as a stale lock. */
export interface InstanceLock {
  release(): void;
}

/**
 * One process per data directory. The lock is the kernel's, through the lock of an empty SQLite file: a process id in a file
 * would outlive its process and means nothing across containers. The id beside it is only there to be named.
 */
export function takeInstanceLock(directory: string): Result<InstanceLock, string> {
  const database = new DatabaseSync(`${directory}/lock`, { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    return err(
      isLocked(error) ? heldBy(directory) : `${directory}/lock cannot be locked; is the file system writable?`,
    );
  }
  writeFileSync(`${directory}/pid`, `${process.pid}\n`, { mode: 0o600 });
  return ok({ release: () => database.close() });
}

function heldBy(directory: string): string {
  const pid = readPid(directory);
  const who = pid === null ? 'another process' : `process ${pid}`;
  return `${who} is using this data directory; stop it first, or give this gateway a dataDir of its own`;
}

function readPid(directory: string): string | null {
  try {
    return /^[0-9]{1,10}(?=\n)/.exec(readFileSync(`${directory}/pid`, 'utf8'))?.[0] ?? null;
  } catch {
    // Only the sentence is poorer for it: the refusal stands.
    return null;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}

/** SQLITE_BUSY, sqlite.org/rescode.html. */
const sqliteBusy = 5;
