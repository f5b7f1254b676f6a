import { getSystemErrorMap } from 'node:util';

/** `ENOSPC`, `EACCES`: what the system calls a failure, without the path that its message holds. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** The same for people: `no space left on device`. */
export function errorPhrase(error: unknown): string {
  const code = errorCode(error);
  return phrases.get(code) ?? code;
}

const phrases = new Map([...getSystemErrorMap().values()]);
