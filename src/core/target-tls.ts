import type { ClientCertificate, Credential, TargetAddress } from './connection.ts';

/** What TLS towards a target verifies: the same for sessions and for Sluice's own connections. */
export interface TargetTls {
  /** The name to ask for; absent for an IP address (RFC 6066, 3). */
  readonly servername?: string;
  /** False only for `require`, which encrypts and proves nothing. */
  readonly rejectUnauthorized: boolean;
  /** The name or address that the certificate must be for; null: not checked. */
  readonly identity: string | null;
  /** PEM of the trusted authorities; null: those of the system. */
  readonly authorities: string | null;
  /** What is shown to a target that asks; null: nothing. */
  readonly certificate: ClientCertificate | null;
}

/** The target as the holder of this credential reaches it. */
export function targetFor(target: TargetAddress, credential: Credential): TargetAddress {
  return credential.certificate === undefined ? target : { ...target, certificate: credential.certificate };
}

/** Null where the target is spoken to without TLS. */
export function targetTls(target: TargetAddress): TargetTls | null {
  if (target.tls === 'off') return null;
  const verified = target.tls === 'verify-full';
  return {
    ...(isAddress(target.host) ? {} : { servername: target.host }),
    rejectUnauthorized: verified,
    identity: verified ? target.host : null,
    authorities: target.ca,
    certificate: target.certificate ?? null,
  };
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}
