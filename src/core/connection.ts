import type { ConnectionName } from './ids.ts';

/** A named target, as configured. */
export interface ConnectionSettings {
  readonly name: ConnectionName;
  readonly protocol: 'postgres';
  readonly target: TargetAddress;
  /** First match wins. */
  readonly credentials: readonly CredentialRule[];
  /** Patterns to classes; empty: nothing is protected. */
  readonly protect: readonly ProtectRule[];
}

export interface TargetAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: 'verify-full' | 'require' | 'off';
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca: string | null;
}

/** Which upstream credential serves whom. */
export interface CredentialRule {
  /** `group:NAME`, a principal id, or null for everyone. */
  readonly for: string | null;
  readonly user: string;
  /** Null where the target asks for nothing. */
  readonly password: SecretReference | null;
}

/** Where a secret is, never what it is. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** The credential for one upstream session. Never logged, never serialised. */
export interface Credential {
  readonly user: string;
  readonly password: string | null;
}

/** `schema.table.column: class`; a part may be a glob with `*`. The most specific wins, a tie is a fault. */
export interface ProtectRule {
  readonly pattern: string;
  readonly class: string;
}
