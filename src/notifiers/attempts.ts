import { setTimeout as wait } from 'node:timers/promises';
import { err, type Result } from '../base/result.ts';

/** Tries until it worked, a few times. The refusal is the last one's. Stops when `signal` is aborted. */
export async function attempts(
  attempt: () => Promise<Result<null, string>>,
  signal: AbortSignal,
  delaysMs: readonly number[] = [1000, 5000, 25_000],
): Promise<Result<null, string>> {
  let result = await attempt();
  for (const delayMs of delaysMs) {
    if (result.ok) return result;
    try {
      await wait(delayMs, undefined, { signal, ref: false });
    } catch {
      return err('the gateway is shutting down');
    }
    result = await attempt();
  }
  return result;
}
