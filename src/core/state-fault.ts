/**
 * The state that instances share could not be read or written: what was asked ends in a denial (`state_unavailable`), and what
 * was to be stored may be stored or not. What is said holds codes only: no row, no statement, no address.
 */
export class StateFault extends Error {
  override readonly name = 'StateFault';
}
