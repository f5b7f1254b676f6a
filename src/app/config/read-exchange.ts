import type { ExchangePair } from '../../identity/exchange.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import { type Spot, whole } from './spot.ts';

/** `identity.exchange:`; `issuers` undefined: they have a fault, so nothing is compared with them. */
export function readExchange(
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): readonly ExchangePair[] | undefined {
  return spot.list((item) => {
    const fields = item.fields(['subject', 'actor']);
    if (fields === undefined) return undefined;
    const known = (child: Spot) => readIssuerId(child, issuers);
    const pair = whole<ExchangePair>({
      subject: fields.required('subject', known),
      actor: fields.required('actor', known),
    });
    const people = issuers?.find(({ id }) => id === pair?.actor)?.profile === 'people';
    return people ? item.fault('people act for nobody: the actor must be an issuer of workloads.') : pair;
  });
}

function readIssuerId(spot: Spot, issuers: readonly IssuerSettings[] | undefined): string | undefined {
  const id = spot.text();
  if (id === undefined || issuers === undefined || issuers.some((issuer) => issuer.id === id)) return id;
  return spot.fault('there is no issuer of this id in `identity.issuers`.');
}
