import { type FileHandle, open, readdir } from 'node:fs/promises';
import type { SourceFile } from '../ledger/source-file.ts';
import type { TileSource } from '../ledger/tile-source.ts';
import { errorCode } from './error-code.ts';

/** The public form of a log on disk: that of a running gateway, or a copy. Rejects where it cannot be read. */
export function tileDirectory(directory: string): TileSource {
  return {
    files: () => filesBelow(directory, ''),
    read: (path, limit) => readUpTo(`${directory}/${path}`, limit),
  };
}

async function filesBelow(directory: string, prefix: string): Promise<readonly SourceFile[] | null> {
  const found = await listIfThere(directory);
  if (found === null) return null;
  const files: SourceFile[] = [];
  for (const entry of found) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) files.push(...((await filesBelow(`${directory}/${entry.name}`, `${name}/`)) ?? []));
    else files.push({ name, regular: entry.isFile() });
  }
  return files;
}

/** A directory of partial files goes when the full one is there, perhaps while this reads. */
async function listIfThere(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

async function readUpTo(path: string, limit: number): Promise<Buffer | null> {
  const file = await openFile(path);
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) return null;
    const length = Math.min(found.size, limit);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

/** A file where a directory should be is as good as none: what lies below it is not there. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
}
