import type { Origin } from '../../core/principal.ts';

/** Where a workload comes from, as far as its token says: what it is, then which run of it. */
export function originSentence(origin: Origin): string {
  const known = (value: string, before = ''): string | null => (value === 'unknown' ? null : `${before}${value}`);
  const parts = [
    known(origin.platform),
    known(origin.repository),
    known(origin.workflow, 'workflow '),
    known(origin.job, 'job '),
    known(origin.runId, 'run ') === null ? null : `run ${origin.runId}${known(origin.attempt, ', attempt ') ?? ''}`,
    known(origin.ref) === null ? null : `${origin.ref}${origin.refProtected === 'true' ? ' (protected)' : ''}`,
    known(origin.declaredCommit, 'declared commit '),
    known(origin.environment, 'environment '),
    known(origin.trigger, 'started by '),
    known(origin.actor, 'actor '),
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'its token does not say' : parts.join(' · ');
}
