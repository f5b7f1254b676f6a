import type { Spot } from './spot.ts';

/** What a column or a field holds. */
export function readClass(spot: Spot): string | undefined {
  return spot.matching(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a class: letters, digits, _ and -, such as ssn or name');
}
