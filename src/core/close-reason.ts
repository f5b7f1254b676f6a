import type { Denial } from './denial.ts';

/** Every way a session ends. */
export type CloseReason =
  /** The client said goodbye, or hung up between statements. */
  | { readonly kind: 'client-left' }
  /** The client hung up in the middle of something. */
  | { readonly kind: 'client-lost' }
  /** A cancel request, an SSL probe: a connection that was never meant to be a session. */
  | { readonly kind: 'never-a-session' }
  /** The target hung up. */
  | { readonly kind: 'target-lost' }
  /** Sluice ended it, and says why. */
  | { readonly kind: 'denied'; readonly denial: Denial }
  /** A bug of ours. Counted. */
  | { readonly kind: 'bug' };
