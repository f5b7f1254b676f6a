import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';

/** What a person states for the record: a rationale, findings. Trimmed, on one line, neither empty nor endless. */
export function statedText(what: 'rationale' | 'findings', text: string): Result<string, Denial> {
  const trimmed = text.trim();
  if (trimmed.length < fewest || trimmed.length > most) {
    return err({
      code: 'invalid_request',
      message: `the ${what} must have from ${fewest} to ${most} characters`,
      hint: 'say why, for whoever reads it in a year',
    });
  }
  if (unprintable.test(trimmed)) {
    return err({
      code: 'invalid_request',
      message: `the ${what} holds characters that do not print`,
      hint: 'write it on one line, without control characters',
    });
  }
  return ok(trimmed);
}

const fewest = 3;
const most = 2000;
/** Control characters, line separators, and marks that turn the direction of what follows them. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
