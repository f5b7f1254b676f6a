import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blockingParent } from './server-user.ts';

/** Makes the folder of the demo; everything secret in it is closed by its own mode. */
export function makeDemoFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  // The server may run as another user, who passes through and sees nothing.
  chmodSync(folder, 0o711);
}

/** Removes what the demo made, also where it lives outside of its folder. */
export function wipeDemoFolder(folder: string): void {
  const elsewhere = remembered(folder);
  if (elsewhere !== null) rmSync(elsewhere, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Where the server keeps its data: in the folder of the demo, or, where the server's user cannot get there (a checkout under
 * /root), in a temporary one that the folder remembers.
 */
export function targetDataDir(folder: string): string {
  const own = join(folder, 'postgres');
  if (blockingParent(own) === null) return own;
  const elsewhere = remembered(folder) ?? mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  chmodSync(elsewhere, 0o711);
  writeFileSync(join(folder, memo), elsewhere);
  return join(elsewhere, 'postgres');
}

/** Null unless it is there and ours: anybody could have made a folder in the place of one that was swept away. */
function remembered(folder: string): string | null {
  const file = join(folder, memo);
  if (!existsSync(file)) return null;
  const path = readFileSync(file, 'utf8');
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state?.isDirectory() === true && state.uid === process.getuid?.() ? path : null;
}

const memo = 'postgres-folder';
