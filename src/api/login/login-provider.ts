import type { Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';

/** The issuer of people as its client sees it: OpenID Connect, authorization code with PKCE. */
export interface LoginProvider {
  readonly client: LoginClient;
  /** Where the browser is sent. */
  begin(attempt: LoginAttempt): Promise<Result<URL, Denial>>;
  /** The ID token for the code that the browser came back with. A denial repeats nothing of what was sent. */
  redeem(answer: URLSearchParams, attempt: LoginAttempt): Promise<Result<string, Denial>>;
}

/** What is public of it. */
export interface LoginClient {
  /** The id of the entry in `identity.issuers`. */
  readonly entry: string;
  /** Its `iss`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** False where the client has a secret: a command line cannot keep one. */
  readonly isPublic: boolean;
}

/** One way to the issuer and back. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  readonly redirectUri: string;
  /** The person must show themselves anew, whatever session the issuer has. */
  readonly fresh: boolean;
}
