import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { errorCode, errorPhrase } from './error-code.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { replaceFile } from './replace-file.ts';

/** Where a gateway keeps what must outlive it. Locked: one process at a time. */
export interface DataDirectory {
  readonly root: string;
  /** The log, its head and its public key: every file in it is covered by `ledger verify`. */
  readonly ledger: string;
  /** Secret keys. */
  readonly keys: string;
  /** The embedded database. */
  readonly state: string;
  /** Locks, files in the making, caches: nothing that would be missed. */
  readonly run: string;
  release(): void;
}

/** The ledger of a data directory, for readers that hold no lock. */
export function ledgerDirectoryOf(dataDir: string): string {
  return join(resolve(dataDir), 'ledger');
}

/** Makes the directory when there is none, checks its version, and locks it. The refusal is a sentence. */
export async function openDataDirectory(path: string): Promise<Result<DataDirectory, string>> {
  const root = resolve(path);
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const version = await checkVersion(root);
    if (!version.ok) return version;
    // The directory may have been made by hand, for everyone to read.
    await chmod(root, 0o700);
    const directory = {
      root,
      ledger: ledgerDirectoryOf(root),
      keys: join(root, 'keys'),
      state: join(root, 'state'),
      run: join(root, 'run'),
    };
    for (const part of [directory.ledger, directory.keys, directory.state, directory.run]) {
      await mkdir(part, { recursive: true, mode: 0o700 });
      await chmod(part, 0o700);
    }
    const lock = takeInstanceLock(directory.run);
    if (!lock.ok) return err(`${root}: ${lock.error}`);
    const written = await writeVersion(root, directory.run);
    if (!written.ok) lock.value.release();
    return written.ok ? ok({ ...directory, release: () => lock.value.release() }) : written;
  } catch (error) {
    return err(`${root}: the data directory cannot be used (${errorPhrase(error)}); it must be writable for this user`);
  }
}

const versionFile = 'version';
const version = 'version: 1\n';

async function checkVersion(root: string): Promise<Result<null, string>> {
  const found = await readVersion(root);
  if (found === version) return ok(null);
  if (found !== null) {
    return err(
      `${root}: the data directory has a version that this Sluice does not know; use the Sluice that wrote it, or a newer one`,
    );
  }
  const strangers = (await readdir(root)).filter((name) => !parts.includes(name));
  if (strangers.length === 0) return ok(null);
  return err(
    `${root}: the directory holds other files and is no data directory; name an empty one, or one that does not exist`,
  );
}

/** What a first start that was interrupted may have left. */
const parts: readonly string[] = ['ledger', 'keys', 'state', 'run'];

async function writeVersion(root: string, scratch: string): Promise<Result<null, string>> {
  const found = await readVersion(root);
  if (found === null) await replaceFile(join(root, versionFile), version, { scratch, sync: true });
  return found === null || found === version
    ? ok(null)
    : err(`${root}: the data directory changed its version meanwhile`);
}

async function readVersion(root: string): Promise<string | null> {
  try {
    return await readFile(join(root, versionFile), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
