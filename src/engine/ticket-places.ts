import type { PrincipalId } from '../core/principal.ts';

/** Tickets that one principal may hold at once: a job needs one, a pool needs one. */
export const ticketsPerPrincipal = 1000;

/** Tickets that are being issued: each takes its place before it is there, so that asking for many at once gets no more. */
export class TicketPlaces {
  readonly #most: number;
  readonly #taken = new Map<PrincipalId, number>();

  constructor(most = ticketsPerPrincipal) {
    this.#most = most;
  }

  /** False: the principal has no place left, with those that it `holds`. */
  take(principal: PrincipalId, holds: number): boolean {
    const taken = this.#taken.get(principal) ?? 0;
    if (holds + taken >= this.#most) return false;
    this.#taken.set(principal, taken + 1);
    return true;
  }

  /** The ticket is there, or will not be. */
  release(principal: PrincipalId): void {
    const left = (this.#taken.get(principal) ?? 0) - 1;
    if (left > 0) this.#taken.set(principal, left);
    else this.#taken.delete(principal);
  }
}
