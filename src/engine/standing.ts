import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { Limits } from '../core/limits.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { ExchangePair } from '../identity/exchange.ts';
import type { RoleGroups } from '../identity/roles.ts';
import type { MaskingSettings } from '../masking/masking-settings.ts';
import type { TokenKeys } from '../masking/token-keys.ts';
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
  readonly approvals: ApprovalSettings;
}

/** `approvals:` of the configuration. */
export interface ApprovalSettings {
  /** How long a statement is held where no policy says; also how long a request lives that nobody waits for. */
  readonly waitMs: number;
  /** How long a grant lives where no policy says. */
  readonly ttlMs: number;
  /** A person decides within this time of a login. */
  readonly recentLoginMs: number;
  /** A `run` grant ends this long after the last session of the run was seen. */
  readonly runEndsAfterMs: number;
  readonly pendingPerPrincipal: number;
  readonly breakGlass: readonly BreakGlassRule[];
  /** Where people reach the gateway; without a trailing slash. */
  readonly publicUrl: string;
}

/** Who may open what in an emergency. */
export interface BreakGlassRule {
  readonly people: readonly PrincipalId[];
  readonly workloads: readonly PrincipalId[];
  readonly connections: readonly ConnectionName[];
  /** The longest window, milliseconds. */
  readonly windowMs: number;
}

export interface InventoryEntry {
  readonly owner: string | null;
  /** The last day on which the workload is let in, `2027-06-30`, in UTC. */
  readonly expires: string | null;
  /** HL7 PurposeOfUse. */
  readonly purpose: string | null;
  readonly vendor: string | null;
}
