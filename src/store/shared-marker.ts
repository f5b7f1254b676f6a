import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { errorPhrase } from './error-code.ts';
import { replaceFile } from './replace-file.ts';

/** Leaves word in the data directory that the state is elsewhere. */
export async function markShared(directory: string): Promise<Result<null, string>> {
  const path = join(directory, marker);
  try {
    if (!existsSync(path)) await replaceFile(path, text, { scratch: directory, sync: true });
    return ok(null);
  } catch (error) {
    return err(`${path}: cannot be written (${errorPhrase(error)})`);
  }
}

/** Embedded state would begin empty: whoever is disabled in the shared one would come in, and nobody would notice. */
export function refuseWhereShared(directory: string): Result<null, string> {
  const path = join(directory, marker);
  if (!existsSync(path)) return ok(null);
  return err(
    `${path}: the state of this gateway is in PostgreSQL; give state.url again, or remove this file to begin with nobody disabled and nothing revoked`,
  );
}

const marker = 'shared';
const text = 'The state of this gateway is in the PostgreSQL of state.url.\n';
