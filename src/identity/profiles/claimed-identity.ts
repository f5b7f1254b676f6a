import type { Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import type { Origin, PrincipalId } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import type { JsonObject } from '../json-object.ts';

/** What a profile reads out of verified claims: a principal without its issuer and groups. */
export interface ClaimedIdentity {
  readonly kind: 'workload' | 'user';
  /** Unique and stable within the entry; never a name that can be given to someone else. */
  readonly key: string;
  readonly display: string;
  readonly nature: 'ci-job' | 'service' | 'agent' | 'managed-identity' | 'person';
  readonly origin: Origin;
  readonly onBehalfOf: PrincipalId | null;
}

/** @param siblings the entries that share the issuer URL of `entry`, itself among them */
export type ReadIdentity = (
  claims: JsonObject,
  entry: IssuerSettings,
  siblings: readonly IssuerSettings[],
) => Result<ClaimedIdentity, Denial>;
