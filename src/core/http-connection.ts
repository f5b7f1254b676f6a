import type { CredentialHolders, LocalSecret } from './connection.ts';
import type { ConnectionName } from './ids.ts';
import type { RouteTemplate } from './route-template.ts';

/** A target that speaks HTTP: the routes of one service, and nothing else of it. */
export interface HttpConnection {
  readonly name: ConnectionName;
  readonly protocol: 'http';
  readonly target: HttpTarget;
  /** First match wins. */
  readonly credentials: readonly HeaderCredentialRule[];
  /** What is not listed is refused. */
  readonly routes: readonly HttpRoute[];
}

export interface HttpTarget {
  /** `https:`, or `http:` on loopback. */
  readonly scheme: 'https' | 'http';
  readonly host: string;
  readonly port: number;
  /** What stands before every path, without a slash at its end: `/api/v1`, or nothing. */
  readonly base: string;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca: string | null;
}

/** Which header, with which value, opens the target for whom. */
export interface HeaderCredentialRule extends CredentialHolders {
  /** In small letters. */
  readonly header: string;
  readonly value: LocalSecret;
  /** What stands before the value: `Bearer `. */
  readonly prefix: string;
}

/** The header that opens the target. Never logged, never serialised. */
export interface HeaderCredential {
  readonly header: string;
  readonly value: string;
}

/** One thing that clients may ask of the service. */
export interface HttpRoute {
  readonly template: RouteTemplate;
  /** Names of the parameters that a query may have. */
  readonly query: readonly string[];
  /** What its answers hold that is protected; the connection's own rules are among them. */
  readonly protect: readonly FieldRule[];
}

/** `$.contacts[*].phone: phone` */
export interface FieldRule {
  readonly path: string;
  readonly class: string;
}

/** True where any answer may hold something protected: then no error of the target leaves as it came. */
export function protectsAnyField(connection: HttpConnection): boolean {
  return connection.routes.some((route) => route.protect.length > 0);
}
