import type { Denial } from '../../core/denial.ts';
import { errorCodes } from '../../core/error-codes.ts';
import type { ResponseHead } from '../../core/http-machine.ts';
import type { StatementId } from '../../core/ids.ts';

export interface Answer {
  readonly head: ResponseHead;
  readonly body: Buffer;
}

/** A denial in the form of RFC 9457, with Sluice's own members. */
export function problem(denial: Denial, statement: StatementId | null): Answer {
  const { http: status } = errorCodes[denial.code];
  const members = {
    title: `sluice: ${denial.message}`,
    status,
    ...(denial.detail === undefined ? {} : { detail: denial.detail }),
    code: denial.code,
    ...(denial.hint === undefined ? {} : { hint: denial.hint }),
    ...(statement === null ? {} : { statement }),
  };
  const head = answered(status, members);
  if (status !== 401) return head;
  return { ...head, head: { status, headers: [...head.head.headers, ['www-authenticate', 'Bearer']] } };
}

/** What is left of an answer that may hold something protected, and has no body that could be masked. */
export function bareStatus(status: number, statement: StatementId): Answer {
  const what =
    status < 400 ? 'the target answered with another place or an older answer' : 'the target refused the request';
  const title = `${what}; what it said is withheld, since it may hold protected values`;
  return answered(status, { title, status, statement });
}

function answered(status: number, members: object): Answer {
  return {
    head: {
      status,
      headers: [
        ['content-type', 'application/problem+json'],
        ['cache-control', 'no-store'],
      ],
    },
    body: Buffer.from(`${JSON.stringify({ type: 'about:blank', ...members })}\n`),
  };
}
