import type { LocalSecret } from '../../core/connection.ts';
import { notCarried } from './not-carried.ts';
import type { Spot } from './spot.ts';

/** `{ env: NAME }` or `{ file: PATH }`. What stands here instead is never repeated: it may be the secret itself. */
export function readSecret(spot: Spot): LocalSecret | undefined {
  if (!spot.isMap()) return spot.fault('secrets do not stand in this file; use { env: NAME } or { file: PATH }.');
  const children = spot.children();
  const [first, ...more] = children ?? [];
  if (first === undefined || more.length > 0)
    return spot.fault('give exactly one of { env: NAME } and { file: PATH }.');
  const [kind, child] = first;
  if (kind === 'env') {
    const env = child.matching(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      'the name of an environment variable, such as CLINIC_PASSWORD',
    );
    return env === undefined ? undefined : { env };
  }
  if (kind === 'file') {
    const file = child.filePath();
    return file === undefined ? undefined : { file };
  }
  if (later.includes(kind)) return notCarried(child, 'vault');
  return spot.fault('secrets come from { env: NAME } or { file: PATH }.');
}

const later: readonly string[] = ['vault', 'aws', 'azure', 'gcp'];
