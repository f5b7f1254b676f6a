import { readFileSync } from 'node:fs';
import type { Spot } from './spot.ts';

/** The PEM of the authorities in the file that is named here, as it is now. */
export function readAuthorities(spot: Spot): string | undefined {
  const file = spot.existing('file');
  if (file === undefined) return undefined;
  const pem = readFileSync(file, 'utf8');
  return pem.includes('-----BEGIN CERTIFICATE-----') ? pem : spot.fault('the file holds no certificate in PEM.');
}
