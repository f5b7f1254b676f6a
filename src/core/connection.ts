import type { ConnectionName } from './ids.ts';

/** A target that speaks PostgreSQL's protocol: one database of one server. */
export interface PostgresConnection {
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
  /** The newest version of the protocol that the target is asked for; absent: the newest that Sluice speaks. */
  readonly protocol?: '3.0';
  /** What Sluice shows as its own in TLS. Only of a session's route, never of a configuration. Never logged. */
  readonly certificate?: ClientCertificate;
}

/** Whom a credential serves. */
export interface CredentialHolders {
  /** `group:NAME`, a principal id, or null for everyone. */
  readonly for: string | null;
}

/** Which upstream credential serves whom. */
export interface CredentialRule extends CredentialHolders {
  readonly user: string;
  /** Null where the target asks for nothing. */
  readonly password: SecretReference | null;
  /** Absent where the target asks for none. */
  readonly certificate?: CertificateReference;
}

/** Where a secret is, never what it is. */
export type SecretReference = LocalSecret | { readonly entra: EntraApplication };

/** On this machine. `public`: no secret, so that everybody may read the file. */
export type LocalSecret = { readonly env: string } | { readonly file: string; readonly public?: true };

/** Where a client certificate and its key are. */
export interface CertificateReference {
  readonly certificate: LocalSecret;
  readonly key: LocalSecret;
}

/** An application of Entra ID that gets itself tokens for Azure Database for PostgreSQL: they serve as password. */
export interface EntraApplication {
  /** `https://login.microsoftonline.com`, without a slash at its end. */
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  /** What the tokens are for: `https://ossrdbms-aad.database.windows.net/.default`. */
  readonly scope: string;
  /** How it proves itself: by a secret, by a token of another issuer that it trusts, or by a certificate and its key. */
  readonly proof:
    | { readonly secret: LocalSecret }
    | { readonly assertion: LocalSecret }
    | { readonly certificate: CertificateReference };
}

/** The credential for one upstream session. Never logged, never serialised. */
export interface Credential {
  readonly user: string;
  readonly password: string | null;
  readonly certificate?: ClientCertificate;
}

/** PEM of a certificate, with the chain up to its authority, and of its private key. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** `schema.table.column: class`; a part may be a glob with `*`. The most specific wins, a tie is a fault. */
export interface ProtectRule {
  readonly pattern: string;
  readonly class: string;
}
