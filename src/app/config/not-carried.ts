import type { Spot } from './spot.ts';

/** What the file may say in its final form and this version does not do. Refused by name: a setting is never ignored. */
const sentences = {
  scram: 'SCRAM listeners are not carried yet; use `auth: token`, and present the token as the password over TLS.',
  proxyProtocol: 'the PROXY protocol is not carried yet; remove the key, or let clients reach the listener directly.',
  stateUrl: 'shared state in PostgreSQL is not carried yet; remove `state`, and state is kept in `dataDir`.',
  anchors: 'anchors are not carried yet; leave the list empty.',
  unlisted: 'refusing unlisted workloads is not carried yet; remove the key, and limit workloads by policy.',
  vault: 'secrets from a vault are not carried yet; use { env: NAME } or { file: PATH }.',
  protocol: 'this protocol is not carried yet; Sluice speaks postgres.',
  profile: 'this profile is not carried yet; use generic, github-actions or people.',
  sealOriginals: 'sealed originals are not carried yet; remove the key, and values before masking are kept nowhere.',
  subject: 'attribution to subjects is not carried yet; remove the key.',
} as const;

export function notCarried(spot: Spot, what: keyof typeof sentences): undefined {
  return spot.fault(sentences[what]);
}

/** Protocols that Sluice will speak. */
export const laterProtocols: readonly string[] = [
  'mysql',
  'mssql',
  'mongodb',
  'http',
  'fhir',
  'mcp',
  'ssh',
  'kubernetes',
  'cosmos',
  'blob',
];

/** Issuer profiles that Sluice will know. */
export const laterProfiles: readonly string[] = ['gitlab-ci', 'azure-devops', 'entra-app', 'kubernetes', 'spiffe'];
