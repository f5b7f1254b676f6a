import type { ConnectionSettings } from '../core/connection.ts';
import type { Limits } from '../core/limits.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { ExchangePair } from '../identity/exchange.ts';
import type { RoleGroups } from '../identity/roles.ts';
import type { TokenKeys } from '../masking/mask-plan.ts';
import type { MaskingSettings } from '../masking/masking-settings.ts';
import type { PolicySet } from '../policy/policy-set.ts';

/** The configuration in force. Swapped whole by a reload; sessions read it anew for every decision. */
export interface Standing {
  readonly connections: ReadonlyMap<string, ConnectionSettings>;
  readonly authenticator: Authenticator;
  readonly roles: RoleGroups;
  readonly policies: PolicySet;
  readonly masking: MaskingSettings;
  readonly tokenKeys: TokenKeys;
  readonly limits: Limits;
  /** The inventory of workloads, by principal. */
  readonly inventory: ReadonlyMap<string, InventoryEntry>;
  /** What happens to workloads that are not in it. */
  readonly unlisted: 'accept' | 'refuse';
  /** Which two tokens may be exchanged together. */
  readonly exchange: readonly ExchangePair[];
  readonly ticketLifetimeMs: number;
}

export interface InventoryEntry {
  readonly owner: string | null;
  /** The last day on which the workload is let in, `2027-06-30`, in UTC. */
  readonly expires: string | null;
  /** HL7 PurposeOfUse. */
  readonly purpose: string | null;
  readonly vendor: string | null;
}
