import { chownSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Whom the server runs as: PostgreSQL refuses root, so root hands it to `nobody`. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Null: the server runs as the user that Sluice runs as. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  return process.platform === 'darwin' ? { uid: 4294967294, gid: 4294967294 } : { uid: 65534, gid: 65534 };
}

/** Hands a file or folder to the server's user. */
export function giveToServer(path: string): void {
  const user = serverUser();
  if (user !== null) chownSync(path, user.uid, user.gid);
}

/** The nearest folder above `path` that the server's user could not pass through, or null if there is none. */
export function blockingParent(path: string): string | null {
  if (serverUser() === null) return null;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const state = statSync(folder, { throwIfNoEntry: false });
    if (state !== undefined && (state.mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return null;
  }
}
