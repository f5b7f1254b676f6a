import type { Brand } from '../base/brand.ts';
import type { Instant } from '../base/clock.ts';

/** `<issuer id>/<stable key>`: `github/123456789`, `demo/nightly-etl`. */
export type PrincipalId = Brand<string, 'PrincipalId'>;

/** Who asks, in normal form. Policies match ids, records show all of it. */
export interface Principal {
  readonly id: PrincipalId;
  readonly kind: 'workload' | 'user';
  /** A name for people to read; identifies nobody. */
  readonly display: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  /** What a workload is, as far as its token says. */
  readonly nature: 'ci-job' | 'service' | 'agent' | 'managed-identity' | 'person' | 'unknown';
  readonly origin: Origin;
  /** The person an agent acts for. */
  readonly onBehalfOf: PrincipalId | null;
}

/** Where a workload comes from. A field that the token does not state is `'unknown'`, never empty. */
export interface Origin {
  readonly platform: string;
  readonly repository: string;
  readonly repositoryId: string;
  readonly workflow: string;
  /** The commit that the workflow itself was read from. */
  readonly workflowCommit: string;
  /** The reusable workflow that defines the job, where another one called it. */
  readonly jobWorkflow: string;
  readonly ref: string;
  readonly refProtected: string;
  /** The commit that triggered the run. Declared by the platform; no proof of what was checked out. */
  readonly declaredCommit: string;
  readonly runId: string;
  readonly attempt: string;
  /** The one job, or pod, within the run. */
  readonly job: string;
  /** What started the run: `push`, `schedule`, `pull_request`. */
  readonly trigger: string;
  readonly environment: string;
  readonly actor: string;
  readonly actorId: string;
  readonly runner: string;
}

export const unknownOrigin: Origin = {
  platform: 'unknown',
  repository: 'unknown',
  repositoryId: 'unknown',
  workflow: 'unknown',
  workflowCommit: 'unknown',
  jobWorkflow: 'unknown',
  ref: 'unknown',
  refProtected: 'unknown',
  declaredCommit: 'unknown',
  runId: 'unknown',
  attempt: 'unknown',
  job: 'unknown',
  trigger: 'unknown',
  environment: 'unknown',
  actor: 'unknown',
  actorId: 'unknown',
  runner: 'unknown',
};

/** What was presented, without the secret. */
export interface Presented {
  readonly kind: 'jwt' | 'ticket';
  /** `jti`, `uti`, or the SHA-256 of header and payload where it names itself in no way. */
  readonly tokenId: string;
  readonly issuedAt: Instant | null;
  readonly expiresAt: Instant;
  /** When a person logged in, where the token says so. */
  readonly authenticatedAt: Instant | null;
}

export function principalId(issuer: string, key: string): PrincipalId {
  return `${issuer}/${key}` as PrincipalId;
}
