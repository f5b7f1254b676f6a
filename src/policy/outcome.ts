import type { Access } from './decision.ts';
import type { LoadedPolicy } from './loaded-policy.ts';

/** What policy says of one access. */
export type Outcome =
  | { readonly kind: 'permitted'; readonly access: Access; readonly policies: readonly LoadedPolicy[] }
  /** Only permits that ask for an approval apply. */
  | { readonly kind: 'held'; readonly access: Access; readonly policies: readonly LoadedPolicy[] }
  | { readonly kind: 'forbidden'; readonly access: Access; readonly policies: readonly LoadedPolicy[] }
  | { readonly kind: 'unpermitted'; readonly access: Access; readonly withheld: readonly Withheld[] }
  /** Evaluation ended in an error, in these policies as far as it is known. */
  | { readonly kind: 'failed'; readonly access: Access; readonly policies: readonly LoadedPolicy[] };

/** A permit that applies, and why it does not count. */
export interface Withheld {
  readonly policy: LoadedPolicy;
  readonly why: Why;
}

export type Why =
  | 'expired'
  /** `@reason("required")`, and none was stated. */
  | 'no-reason'
  | 'no-purpose'
  /** It covers every action: `filter` and `unmask` must be granted by name. */
  | 'not-by-name';
