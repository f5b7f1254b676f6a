import { join } from 'node:path';

/** The folder of this Sluice: a checkout, or the unpacked package. */
export const checkout = join(import.meta.dirname, '..', '..');
