import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';

export interface ReplaceOptions {
  /** Where the new file is made: on the same file system, and outside of directories whose every file means something. */
  readonly scratch: string;
  /** Durable against power failure when it resolves. */
  readonly sync: boolean;
}

/** Writes a whole file so that a reader, or a crash, finds the old one or the new one. Mode 0600. */
export async function replaceFile(path: string, content: string, options: ReplaceOptions): Promise<void> {
  const made = `${options.scratch}/${basename(path)}.new`;
  await rm(made, { force: true });
  const file = await open(made, 'wx', 0o600);
  try {
    await file.writeFile(content);
    if (options.sync) await file.sync();
  } finally {
    await file.close();
  }
  await rename(made, path);
  if (options.sync) await syncDirectory(dirname(path));
}
