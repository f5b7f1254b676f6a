import type { Spot } from './spot.ts';

/** What the file may say in its final form and this version does not do. Refused by name: a setting is never ignored. */
const sentences = {
  anchors: 'anchors are not carried yet; leave the list empty.',
  vault: 'secrets from a vault are not carried yet; use { env: NAME } or { file: PATH }.',
  protocol: 'this protocol is not carried yet; Sluice speaks postgres and http.',
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
  'fhir',
  'mcp',
  'ssh',
  'kubernetes',
  'cosmos',
  'blob',
];
