import type { Denial } from '../core/denial.ts';
import type { ErrorCode } from '../core/error-codes.ts';

/** Ends the analysis of a text from anywhere inside it. Thrown within `sql/` only and caught at one place, the analyser. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly denial: Denial;

  constructor(code: ErrorCode, message: string, hint: string) {
    super(message);
    this.denial = { code, message, hint };
  }
}

export function notAnalysable(message: string, hint: string): Refused {
  return new Refused('not_analysable', message, hint);
}

/** Refused as the target would: drivers and migration tools tell these apart. */
export function undefinedName(code: 'undefined_relation' | 'undefined_column', message: string, hint: string): Refused {
  return new Refused(code, message, hint);
}

export function notSupported(message: string, hint: string): Refused {
  return new Refused('not_supported', message, hint);
}

export function protectedUse(message: string, hint: string): Refused {
  return new Refused('protected_use', message, hint);
}
