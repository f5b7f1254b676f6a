import type { Denial } from '../core/denial.ts';
import type { TokenSource } from '../identity/token-source.ts';
import type { LiveSession } from './live-sessions.ts';
import type { Standing } from './standing.ts';

/** The first of these tokens whose issuer no longer stands behind it, as a denial; null: all of them stand. */
export async function takenBack(standing: Standing, sources: readonly TokenSource[]): Promise<Denial | null> {
  for (const source of sources) {
    const denial = await standing.authenticator.takenBack(source);
    if (denial !== null) return denial;
  }
  return null;
}

/** Ends live sessions whose issuer withdrew the key of their token. Sessions of one key are asked about once. */
export async function endTakenBack(standing: Standing, live: readonly LiveSession[]): Promise<void> {
  // Asked at once: an issuer that does not answer must not delay what is known of the others.
  const asked = new Map<string, Promise<Denial | null>>();
  const ends = live.map(async (session) => {
    for (const source of session.proven.sources) {
      const key = `${source.issuer} ${source.key}`;
      const answer = asked.get(key) ?? standing.authenticator.takenBack(source);
      asked.set(key, answer);
      const denial = await answer;
      if (denial !== null) session.terminate({ ...denial, code: 'session_ended' });
    }
  });
  await Promise.all(ends);
}
