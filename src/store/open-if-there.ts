import { type FileHandle, open } from 'node:fs/promises';
import { errorCode } from './error-code.ts';

/** The file, for reading, or null where there is none. Any other failure rejects. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
