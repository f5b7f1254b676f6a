import { ok, type Result } from '../base/result.ts';
import type { Credential, TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import { openTargetSession } from './target-session.ts';

export interface ReachableOptions {
  readonly connection: ConnectionName;
  readonly target: TargetAddress;
  readonly credential: Credential;
  readonly timeoutMs: number;
}

/** Connects and authenticates as a session would, and leaves: no statement is sent. For `check --probe`. */
export async function reachable(
  options: ReachableOptions,
): Promise<Result<{ readonly serverVersion: string }, Denial>> {
  const opened = await openTargetSession({ ...options, application: 'sluice/probe' });
  if (!opened.ok) return opened;
  await opened.value.close();
  return ok({ serverVersion: opened.value.serverVersion });
}
