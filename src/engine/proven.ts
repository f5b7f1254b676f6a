import type { Presented, Principal } from '../core/principal.ts';
import type { TokenSource } from '../identity/token-source.ts';

/** Someone who has proven who they are, be it now or when their session began. */
export interface Proven {
  readonly principal: Principal;
  readonly presented: Presented;
  readonly sources: readonly TokenSource[];
}
