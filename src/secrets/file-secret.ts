import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { err, ok, type Result } from '../base/result.ts';

/** Larger than any password, token or key that a file holds. */
const maximumBytes = 64 * 1024;

/**
 * A secret in a file, without the line break at its end. The error is a phrase without the path.
 * @param isPublic it is none, such as a certificate: everybody may read it, and still only its owner may write
 */
export async function readFileSecret(path: string, isPublic: boolean): Promise<Result<string, string>> {
  let file: FileHandle;
  try {
    // Non-blocking: a pipe without a writer would hold the session until it has one.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return err(code === 'ENOENT' ? 'its file does not exist' : 'its file cannot be opened');
  }
  try {
    return await readOpened(file, isPublic ? 0o002 : 0o007);
  } catch {
    return err('its file cannot be read');
  } finally {
    await file.close();
  }
}

/** Everything is asked of the opened file: its path may mean another by now. */
async function readOpened(file: FileHandle, forbidden: number): Promise<Result<string, string>> {
  const { mode } = await file.stat();
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) return err('its file is not a regular file');
  if ((mode & forbidden) !== 0) {
    const bits = forbidden === 0o002 ? 'o-w' : 'o-rwx';
    return err(`its file is open to every user of the machine (chmod ${bits})`);
  }
  const bytes = Buffer.alloc(maximumBytes + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > maximumBytes) return err(`its file is larger than ${maximumBytes} bytes`);
  return decode(bytes.subarray(0, length));
}

function decode(bytes: Buffer): Result<string, string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
    return text === '' ? err('its file is empty') : ok(text);
  } catch {
    return err('its file is not UTF-8');
  }
}
