import type { Logger } from 'pino';
import type { PrincipalStates } from '../engine/ports.ts';
import { sharedStateMs } from '../engine/shared-state.ts';

/** Says in the log when the state that instances share is lost, and when it is found again. */
export function logState(principals: Pick<PrincipalStates, 'behindMs'>, log: Logger): NodeJS.Timeout {
  let lost = false;
  return setInterval(() => {
    const behindMs = Math.round(principals.behindMs());
    if (lost === behindMs > sharedStateMs) return;
    lost = !lost;
    if (lost) log.error({ behindMs }, 'the state that instances share cannot be read: nobody new comes in');
    else log.info('the state that instances share can be read again');
  }, 1000);
}
