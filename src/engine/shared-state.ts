import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { StateFault } from '../core/state-fault.ts';
import type { EngineParts } from './engine-parts.ts';

/**
 * Nobody new comes in after this time without a word from the state that instances share: by then somebody may have been
 * disabled elsewhere for longer than promised. Longer than a restart of its server and a reconnect.
 */
export const sharedStateMs = 5000;

/** Why nobody may come in now; null: what is answered from memory is what the other instances say. */
export function staleState({ principals }: Pick<EngineParts, 'principals'>): Denial | null {
  return principals.behindMs() <= sharedStateMs
    ? null
    : {
        code: 'state_unavailable',
        message: `nothing was heard of the state that instances share for more than ${sharedStateMs} ms (sharedStateMs)`,
        hint: 'try again in a moment; the operator looks at the database of `state.url`',
      };
}

/** Waits for a write of the state; a fault of that is a denial. */
export async function stored(write: Promise<void>): Promise<Result<null, Denial>> {
  try {
    await write;
    return ok(null);
  } catch (error) {
    if (!(error instanceof StateFault)) throw error;
    return err(notStored);
  }
}

const notStored: Denial = {
  code: 'state_unavailable',
  message: 'the state could not be written: in force on this instance at most, and until it stops',
  hint: 'do it again once the state can be written; other instances do not know of it',
};
