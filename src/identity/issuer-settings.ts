/** One accepted issuer, as configured. Several may share an issuer URL; a token must match exactly one of them. */
export interface IssuerSettings {
  /** Prefix of the principals it makes. */
  readonly id: string;
  /** Exact `iss`; for `spiffe` the trust domain, `spiffe://clinic.example`. */
  readonly issuer: string;
  /** Exact `aud`: the token's audience must contain it. */
  readonly audience: string;
  readonly profile: Profile;
  /** Claim to accepted values; absent is refused. */
  readonly require: ReadonlyMap<string, readonly string[]>;
  /** Groups of every principal of this issuer. */
  readonly groups: readonly string[];
  /** A claim whose values are groups too; `mapping` renames them, and with a mapping what is not in it is dropped. */
  readonly groupsFrom: { readonly claim: string; readonly mapping: ReadonlyMap<string, string> | null } | null;
  /** Where the keys are; null: `<issuer>/.well-known/openid-configuration` says. */
  readonly jwksUri: string | null;
  /** PEM of the authorities that may vouch for the host of the keys; null: those of the system. */
  readonly ca: string | null;
  /** Claim that names the principal for `generic`; `sub` unless set. */
  readonly subject: string;
}

/** How claims become a principal. */
export type Profile = (typeof profileNames)[number];

export const profileNames = [
  'generic',
  'github-actions',
  'gitlab-ci',
  'azure-devops',
  'entra-app',
  'kubernetes',
  'spiffe',
  'people',
] as const;
