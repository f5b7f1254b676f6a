import type { Result } from '../base/result.ts';

/** Tells people that something waits for them. Links and names only: never a statement, a literal or a reason. */
export interface Notifier {
  /** As configured; in logs and metrics. */
  readonly name: string;
  /** Tries, and tries again, for a bounded time. The refusal is a sentence for the operator's log. */
  notify(news: ApprovalNews): Promise<Result<null, string>>;
  close(): Promise<void>;
}

/** What happened. Everything here may leave the house. */
export interface ApprovalNews {
  readonly kind: 'requested' | 'approved' | 'denied' | 'expired' | 'withdrawn' | 'revoked' | 'break-glass';
  /** `apr_...` or, for break-glass and revocations, `grt_...`. */
  readonly id: string;
  readonly principal: string;
  readonly connection: string;
  /** Names of tables and the verb; null for `connect` and break-glass. */
  readonly summary: string | null;
  /** Who is asked, or was. */
  readonly groups: readonly string[];
  /** Where a person decides: `https://sluice.example/approvals/apr_...`. */
  readonly link: string;
  /** RFC 3339. */
  readonly at: string;
  readonly expiresAt: string | null;
}
