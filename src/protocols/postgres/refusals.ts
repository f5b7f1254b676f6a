import type { Denial } from '../../core/denial.ts';
import type { Limits } from '../../core/limits.ts';
import { longestName } from './messages.ts';

/** A message over a limit of Sluice. It was not read, and nothing of it was sent on. */
export function tooLong(limit: keyof Limits, bytes: number): Denial {
  return {
    code: 'limit_exceeded',
    message: `the message is longer than ${bytes} bytes (limit ${limit})`,
    hint: `send less at once, or ask the administrator of Sluice to raise ${limit}`,
  };
}

/** A message of the target over a limit of Sluice: the session ends with it. */
export function targetTooLong(limit: keyof Limits, bytes: number): Denial {
  return {
    code: 'limit_exceeded',
    message: `the target sent a message of more than ${bytes} bytes (limit ${limit})`,
    hint: `ask for less at once, or ask the administrator of Sluice to raise ${limit}`,
  };
}

export const nameTooLong: Denial = {
  code: 'limit_exceeded',
  message: `names of prepared statements and portals have at most ${longestName} bytes`,
  hint: 'use a shorter name: PostgreSQL would cut it',
};

export function tooManyNames(most: number): Denial {
  return {
    code: 'limit_exceeded',
    message: `the session has more than ${most} prepared statements or portals (limit preparedPerSession)`,
    hint: 'close those that are no longer used',
  };
}

export function tooManyBytes(most: number): Denial {
  return {
    code: 'limit_exceeded',
    message: `the prepared statements and portals of the session hold more than ${most} bytes (limit preparedBytes)`,
    hint: 'close those that are no longer used, or send Sync more often',
  };
}

/** The target runs it as it was planned at its Bind, when its names may have meant other tables than they mean now. */
export const portalOutdated: Denial = {
  code: 'unknown_portal',
  message: 'the portal was bound before the search path may have changed',
  hint: 'bind it again',
};

export const replicationRefused: Denial = {
  code: 'not_supported',
  message: 'the target began replication (CopyBothResponse), which is not carried',
  hint: 'use an ordinary session',
};

export const cancelledBefore: Denial = {
  code: 'statement_cancelled',
  message: 'the statement was cancelled before it ran',
};

export const functionCallRefused: Denial = {
  code: 'not_supported',
  message: 'the FunctionCall message is not carried, since it names no statement that could be decided',
  hint: 'call the function with a SELECT',
};

export function unknownName(kind: 'statement' | 'portal'): Denial {
  return kind === 'statement'
    ? {
        code: 'unknown_statement',
        message: 'the prepared statement does not exist',
        hint: 'prepare it through the protocol first: names made by SQL PREPARE are not known here',
      }
    : { code: 'unknown_portal', message: 'the portal does not exist', hint: 'bind it first' };
}
