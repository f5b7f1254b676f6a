import type { PrincipalId } from '../core/principal.ts';

/** A token that a login rests on: what must still be good for it to go on. */
export interface TokenSource {
  /** `jti`, `uti`, or the SHA-256 of what was signed. */
  readonly tokenId: string;
  /** Whom it made by itself: the CI job of a ticket is not the ticket's principal. */
  readonly principal: PrincipalId;
  readonly kind: 'workload' | 'user';
  /** Id of the issuer entry that accepted it. */
  readonly issuer: string;
  /** SHA-256 of what decided in that entry. */
  readonly entry: string;
  /** Id of the entry of the subject beside which it was the actor only because `identity.exchange` lists the two; else null. */
  readonly beside: string | null;
  readonly algorithm: string;
  /** `kid`, or null where its header names none. */
  readonly keyId: string | null;
  /** SHA-256 of the public key that verified its signature, hex. */
  readonly key: string;
}
