export interface SpiffeId {
  readonly trustDomain: string;
  /** Without the slash in front: `ns/prod/sa/etl`. */
  readonly path: string;
}

/**
 * `spiffe://<trust domain>/<path>` (SPIFFE-ID, section 2), in the one spelling that the specification allows: no upper case in
 * the trust domain, no percent-encoding, no empty or dotted segment, no slash at the end. Null for anything else, and for the
 * id of a trust domain itself, which is no workload.
 */
export function parseSpiffeId(text: unknown): SpiffeId | null {
  if (typeof text !== 'string' || text.length > mostCharacters) return null;
  const [, trustDomain, path] = /^spiffe:\/\/([a-z0-9._-]{1,255})\/([A-Za-z0-9._/-]+)$/.exec(text) ?? [];
  if (trustDomain === undefined || path === undefined) return null;
  return path.split('/').every(isSegment) ? { trustDomain, path } : null;
}

/** The name under which a trust domain is configured. */
export function trustDomainUri(trustDomain: string): string {
  return `spiffe://${trustDomain}`;
}

function isSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..';
}

/** SPIFFE-ID, 2.3: URIs of up to 2048 bytes must be taken. Here they become principals, which are kept shorter. */
const mostCharacters = 512;
