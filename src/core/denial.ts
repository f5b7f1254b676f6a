import type { ErrorCode } from './error-codes.ts';

/** A "no" that tells its reader what to do. Never holds a literal, a secret or a protected value. */
export interface Denial {
  readonly code: ErrorCode;
  /** One lowercase sentence without the `sluice: ` prefix and without a full stop. */
  readonly message: string;
  readonly detail?: string;
  /** The way forward. */
  readonly hint?: string;
  /** Where in the statement, in characters from 1. */
  readonly position?: number;
}
