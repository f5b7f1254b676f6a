import type { Configuration, RetentionSettings } from './configuration.ts';
import { notCarried } from './not-carried.ts';
import { readDuration } from './read-limits.ts';
import { readSecret } from './read-secret.ts';
import { type Spot, whole } from './spot.ts';

/** `ledger:`. */
export function readLedger(spot: Spot): Configuration['ledger'] | undefined {
  const fields = spot.fields(['durability', 'publish', 'anchors']);
  fields?.optional('anchors', undefined, refuseAnchors);
  const durability = fields?.optional('durability', 'fsync' as const, (child) => child.oneOf(['fsync', 'os']));
  const publish = fields?.optional('publish', 'false' as const, (child) => child.oneOf(['true', 'false']));
  return whole<Configuration['ledger']>({ durability, publish: publish === undefined ? publish : publish === 'true' });
}

/** `recordings:`. */
export function readRecordings(spot: Spot): Configuration['recordings'] | undefined {
  const fields = spot.fields(['key']);
  return fields === undefined
    ? undefined
    : whole<Configuration['recordings']>({ key: fields.optional('key', null, readSecret) });
}

/** `retention:`. */
export function readRetention(spot: Spot): RetentionSettings | undefined {
  const fields = spot.fields(['recordings', 'ledger', 'approvals', 'policies']);
  if (fields === undefined) return undefined;
  const kept = (key: string) => fields.optional(key, sixYears, (child) => readDuration(child, day, 100 * year));
  return whole<RetentionSettings>({
    recordingsMs: kept('recordings'),
    ledgerMs: kept('ledger'),
    approvalsMs: kept('approvals'),
    policiesMs: kept('policies'),
  });
}

/** `state:`. Whoever writes the key means something by it: without `url` it is a fault. */
export function readState(spot: Spot): Configuration['state'] | undefined {
  const url = spot.fields(['url'])?.required('url', readSecret);
  return url === undefined ? undefined : { url };
}

function refuseAnchors(spot: Spot): undefined {
  const items = spot.items();
  if (items !== undefined && items.length > 0) notCarried(spot, 'anchors');
}

const day = 24 * 60 * 60 * 1000;
const year = 366 * day;
/** 45 CFR 164.316(b)(2)(i). */
const sixYears = 6 * year;

export const defaultKeeping = {
  state: { url: null },
  ledger: { durability: 'fsync', publish: false },
  recordings: { key: null },
  retention: { recordingsMs: sixYears, ledgerMs: sixYears, approvalsMs: sixYears, policiesMs: sixYears },
} as const satisfies Pick<Configuration, 'state' | 'ledger' | 'recordings' | 'retention'>;
