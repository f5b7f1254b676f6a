import type { Denial } from '../core/denial.ts';
import { type ExchangePair, isListed } from '../identity/exchange.ts';
import type { TokenSource } from '../identity/token-source.ts';
import type { LiveSession } from './live-sessions.ts';
import type { Standing } from './standing.ts';

/** What of the configuration in force decides whether tokens still stand. */
export type Vouching = Pick<Standing, 'authenticator' | 'exchange'>;

/** The first of these tokens that no longer stands, as a denial; null: all of them stand. */
export async function takenBack(standing: Vouching, sources: readonly TokenSource[]): Promise<Denial | null> {
  for (const source of sources) {
    const denial = unpaired(standing.exchange, source) ?? (await standing.authenticator.takenBack(source));
    if (denial !== null) return denial;
  }
  return null;
}

/**
 * Ends live sessions whose tokens no longer stand. Sessions of one key are asked about once. Ends itself within `answerMs`: an
 * issuer that does not answer delays nothing that is known of the others, neither now nor the next time.
 */
export async function endTakenBack(standing: Vouching, live: readonly LiveSession[]): Promise<void> {
  const asked = new Map<string, Promise<Denial | null>>();
  const ends = live.flatMap((session) =>
    session.proven.sources.map(async (source) => {
      const { issuer, entry, key, algorithm, keyId } = source;
      const question = JSON.stringify([issuer, entry, key, algorithm, keyId]);
      const answer = asked.get(question) ?? inTime(standing.authenticator.takenBack(source));
      asked.set(question, answer);
      const denial = unpaired(standing.exchange, source) ?? (await answer);
      if (denial !== null) session.terminate({ ...denial, code: 'session_ended' });
    }),
  );
  await Promise.all(ends);
}

/** The answer, or null where it takes longer: the next comparison asks again. */
async function inTime(answer: Promise<Denial | null>): Promise<Denial | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, answerMs, null).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Two tokens that were exchanged together only because the configuration listed their issuers, which it does no longer. */
function unpaired(pairs: readonly ExchangePair[], { beside, issuer }: TokenSource): Denial | null {
  if (beside === null || isListed(pairs, beside, issuer)) return null;
  return {
    code: 'token_refused',
    message: `tokens of issuer ${JSON.stringify(beside)} are no longer exchanged with those of ${JSON.stringify(issuer)} as actor`,
    hint: 'exchange again at /oauth/token, with tokens that identity.exchange lists together',
  };
}

/** Below the second between two comparisons. */
const answerMs = 500;
