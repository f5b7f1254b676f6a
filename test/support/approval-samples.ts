import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import type { Decider } from '../../src/approvals/may-decide.ts';
import { type Instant, instant } from '../../src/base/clock.ts';
import type { ApprovalId, ConnectionName, SessionId, StatementId } from '../../src/core/ids.ts';
import { type Origin, type Principal, type PrincipalId, principalId, unknownOrigin } from '../../src/core/principal.ts';
import type { Held } from '../../src/engine/held.ts';
import type { HeldAccess } from '../../src/policy/decision.ts';

export const clinic = 'clinic' as ConnectionName;
/** 2026-11-21T12:00:00Z. */
export const noon = instant(Date.UTC(2026, 10, 21, 12) * 1000);

/** A workload of a run. */
export function workload(name = 'nightly-etl', more: Partial<Principal> = {}): Principal {
  return {
    id: principalId('demo', name),
    kind: 'workload',
    display: name,
    issuer: 'demo',
    groups: ['pipelines'],
    nature: 'ci-job',
    origin: originOf('42'),
    onBehalfOf: null,
    ...more,
  };
}

export function originOf(runId: string): Origin {
  return { ...unknownOrigin, platform: 'github', repository: 'clinic/etl', runId, attempt: '1' };
}

/** A person who has just logged in. */
export function person(
  name: string,
  groups: readonly string[] = ['compliance'],
  more: Partial<Principal> = {},
): Decider {
  return {
    principal: {
      id: principalId('demo', name),
      kind: 'user',
      display: name,
      issuer: 'demo',
      groups,
      nature: 'person',
      origin: unknownOrigin,
      onBehalfOf: null,
      ...more,
    },
    presented: {
      kind: 'jwt',
      tokenId: 'jti-1',
      issuedAt: noon,
      expiresAt: instant(noon + 3_600_000_000),
      authenticatedAt: noon,
    },
  };
}

export function loggedIn(someone: Decider, at: Instant | null): Decider {
  return { ...someone, presented: { ...someone.presented, authenticatedAt: at } };
}

export function access(more: Partial<HeldAccess> = {}): HeldAccess {
  return {
    access: {
      action: 'update',
      resource: { kind: 'connection' },
      use: null,
      lookup: false,
      filtered: true,
      limited: false,
      class: null,
    },
    label: 'update on public.patients',
    policies: [{ id: 'etl-writes', description: 'writes of the pipeline are looked at' }],
    groups: ['compliance'],
    quorum: 1,
    scope: 'once',
    ttlMs: null,
    waitMs: null,
    ...more,
  };
}

/** A number that no client would write by chance: tests look for it where it must not be. */
export const canary = '987-65-4320';

export interface HeldOptions {
  readonly requests?: readonly HeldAccess[];
  readonly principal?: Principal;
  readonly session?: SessionId;
  readonly text?: string;
  readonly exact?: readonly Buffer[];
  readonly fingerprint?: string;
  readonly tables?: readonly string[];
  readonly subject?: Held['subject'];
  readonly connection?: ConnectionName;
}

/** An update that policy holds. */
export function held(options: HeldOptions = {}): Held {
  const {
    subject = 'statement',
    requests = [access()],
    text = `update patients set ssn = '${canary}' where id = 7`,
  } = options;
  const isStatement = subject === 'statement';
  return {
    subject,
    session: options.session ?? ('ses_01932f5e-7a4b-7c3d-8e2f-000000000001' as SessionId),
    statement: 'stm_01932f5e-7a4b-7c3d-8e2f-000000000001' as StatementId,
    principal: options.principal ?? workload(),
    connection: options.connection ?? clinic,
    decision: {
      kind: 'hold',
      policies: ['etl-writes'],
      access: access().access,
      groups: requests[0]?.groups ?? [],
      requests,
      approved: { kind: 'allow', policies: ['etl-writes'], unmasked: [], unmaskedFields: [], maxRows: null },
      message: 'policy "etl-writes" asks for an approval by "compliance"',
      hint: null,
    },
    exact: options.exact ?? [Buffer.from('clinic'), Buffer.from('public'), Buffer.from(text), Buffer.alloc(0)],
    normalised: isStatement
      ? { text: 'update patients set ssn = $1 where id = $2', digest: options.fingerprint ?? 'f'.repeat(64) }
      : null,
    tables: options.tables ?? (isStatement ? ['update public.patients'] : []),
    shown: {
      verb: isStatement ? 'update' : 'connect',
      text: isStatement ? 'update patients set ssn = ‹ssn› where id = 7' : '',
      parameters: [],
      tables: isStatement ? ['public.patients'] : [],
      columns: isStatement ? ['public.patients.ssn'] : [],
      classes: isStatement ? ['ssn'] : [],
      estimatedRows: null,
    },
    estimate: null,
    original: isStatement ? { text: Buffer.from(text), parameters: null } : null,
    reason: 'correcting a typing error of intake',
    purpose: 'HOPERAT',
    ticket: null,
  };
}

export function request(more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const { id, kind, display, groups, nature, origin, onBehalfOf } = workload();
  return {
    id: 'apr_01932f5e-7a4b-7c3d-8e2f-000000000001' as ApprovalId,
    state: 'pending',
    instance: 'one',
    waits: true,
    subject: 'statement',
    requester: { id, kind, display, groups, nature, origin, onBehalfOf, owner: 'ada' },
    connection: clinic,
    session: 'ses_01932f5e-7a4b-7c3d-8e2f-000000000001' as SessionId,
    statement: 'stm_01932f5e-7a4b-7c3d-8e2f-000000000001' as StatementId,
    binding: {
      digest: 'd'.repeat(64),
      fingerprint: 'f'.repeat(64),
      tables: ['update public.patients'],
      run: null,
      policies: 'p',
    },
    shown: held().shown,
    sealed: null,
    terms: {
      needs: [{ access: 'update on public.patients', policies: [], groups: ['compliance'], quorum: 1 }],
      scope: 'once',
      ttlMs: 3_600_000,
    },
    reason: null,
    purpose: null,
    ticket: null,
    decisions: [],
    grant: null,
    createdAt: noon,
    expiresAt: instant(noon + 900_000_000),
    decidedAt: null,
    ...more,
  };
}

export function idOf(name: string): PrincipalId {
  return principalId('demo', name);
}
