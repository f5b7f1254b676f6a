/** A token that a login rests on: what must still be good for it to go on. */
export interface TokenSource {
  /** `jti`, `uti`, or the SHA-256 of the token. */
  readonly tokenId: string;
  /** Id of the issuer entry that accepted it. */
  readonly issuer: string;
  readonly algorithm: string;
  /** `kid`, or null where its header names none. */
  readonly keyId: string | null;
  /** SHA-256 of the public key that verified its signature, hex. */
  readonly key: string;
}
