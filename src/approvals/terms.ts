/** How far a grant reaches (design 7). */
export type GrantScope = 'once' | 'session' | 'run' | 'window';

/** What must come together before something held may go on. */
export interface ApprovalTerms {
  /** Each must be met. */
  readonly needs: readonly Need[];
  /** The narrowest of everything that holds. */
  readonly scope: GrantScope;
  /** How long a grant lives, counted from the decision, milliseconds. */
  readonly ttlMs: number;
}

/** One access that only an approval permits. */
export interface Need {
  /** `update on public.patients`: for people to read. */
  readonly access: string;
  /** Ids and descriptions of the policies that ask for it. */
  readonly policies: readonly { readonly id: string; readonly description: string }[];
  /** Members of any of these may approve. */
  readonly groups: readonly string[];
  /** How many distinct people must. */
  readonly quorum: number;
}
