import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { Limits } from '../../core/limits.ts';
import { fromClient } from './messages.ts';
import { functionCallRefused, nameTooLong, tooLong } from './refusals.ts';

/** What becomes of a client's message, by its header alone: gathered whole, or never kept and never sent on. */
export type Admission = { readonly kind: 'collect' } | Refusal;

export interface Refusal {
  readonly kind: 'skip';
  /** Null: swallowed without a word. */
  readonly denial: Denial | null;
  /** ReadyForQuery follows its answer, as after a simple query. */
  readonly simple: boolean;
}

export const collect: Admission = { kind: 'collect' };

/** Types that no client may send in an open session throw WireError. */
export function admit(type: number, size: number, limits: Limits): Admission {
  switch (type) {
    case fromClient.query:
      return size - 5 <= limits.statementBytes
        ? collect
        : refusal(tooLong('statementBytes', limits.statementBytes), true);
    case fromClient.parse:
      return size <= limits.statementBytes + parseSlack
        ? collect
        : refusal(tooLong('statementBytes', limits.statementBytes), false);
    case fromClient.bind:
      return size <= limits.bindBytes ? collect : refusal(tooLong('bindBytes', limits.bindBytes), false);
    case fromClient.describe:
    case fromClient.close:
    case fromClient.execute:
      return size <= shortMessage ? collect : refusal(nameTooLong, false);
    case fromClient.flush:
    case fromClient.sync:
    case fromClient.terminate:
      if (size !== 4) throw new WireError('a message without content has some');
      return collect;
    case fromClient.functionCall:
      return refusal(functionCallRefused, true);
    case fromClient.copyData:
    case fromClient.copyDone:
    case fromClient.copyFail:
      // As PostgreSQL does outside of a COPY: the client had sent them before it knew that its COPY failed.
      return swallowed;
    default:
      throw new WireError(`unknown message type 0x${type.toString(16).padStart(2, '0')}`);
  }
}

/** A Parse also carries a name and parameter types: as many as PostgreSQL takes. */
const parseSlack = 4 * 65_535 + 1024;

/** Describe, Close and Execute hold a name and little else. */
const shortMessage = 1024;

const swallowed: Refusal = { kind: 'skip', denial: null, simple: false };

function refusal(denial: Denial, simple: boolean): Refusal {
  return { kind: 'skip', denial, simple };
}
