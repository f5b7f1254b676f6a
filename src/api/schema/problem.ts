import { Type } from 'typebox';
import { type ErrorCode, errorCodes } from '../../core/error-codes.ts';
import { nullable, one, oneOf, shape } from './named.ts';

/** Every refusal and fault of the API, in one form. */
export interface Problem {
  readonly error: ProblemError;
}

interface ProblemError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The way forward. */
  readonly hint: string | null;
  /** Every fault of a configuration that was not taken; otherwise empty. */
  readonly faults: readonly string[];
}

const problemError = shape<ProblemError>('ProblemError', {
  code: oneOf(...Object.keys(errorCodes)),
  message: Type.String(),
  hint: nullable(Type.String()),
  faults: Type.Array(Type.String({ description: 'Faults of a configuration that was not taken.' })),
});

const problem = shape<Problem>('Problem', { error: one(problemError) });

export const problemSchemas = { problemError, problem };
