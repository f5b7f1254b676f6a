import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import type { Binding } from '../../src/approvals/binding.ts';
import type { Grant } from '../../src/approvals/grant.ts';
import { addMilliseconds, systemClock } from '../../src/base/clock.ts';
import { newApprovalId, newGrantId, newSessionId, newStatementId, parseConnectionName } from '../../src/core/ids.ts';
import { principalId, unknownOrigin } from '../../src/core/principal.ts';

export const etl = principalId('demo', 'nightly-etl');
export const dana = principalId('people', 'dana');
export const clinicName = connection('clinic');

/** A request that waits, with every field set to something. */
export function sampleRequest(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const now = systemClock.now();
  return {
    id: newApprovalId(systemClock),
    state: 'pending',
    instance: 'a',
    waits: true,
    subject: 'statement',
    requester: {
      id: etl,
      kind: 'workload',
      display: 'nightly-etl',
      groups: ['pipelines'],
      nature: 'ci-job',
      origin: { ...unknownOrigin, platform: 'github', runId: '42' },
      onBehalfOf: null,
      owner: 'ada',
    },
    connection: clinicName,
    session: newSessionId(systemClock),
    statement: newStatementId(systemClock),
    binding: sampleBinding(),
    shown: {
      verb: 'update',
      text: 'update patients set status = $1 where ssn = ‹ssn›',
      parameters: ['‹status›'],
      tables: ['public.patients'],
      columns: ['public.patients.status'],
      classes: ['ssn'],
      estimatedRows: '12',
    },
    sealed: Buffer.from([0, 255, 1, 254]),
    terms: {
      needs: [
        {
          access: 'update on public.patients',
          policies: [{ id: 'etl-writes', description: 'pipelines write after an approval' }],
          groups: ['compliance'],
          quorum: 2,
        },
      ],
      scope: 'once',
      ttlMs: 60_000,
    },
    reason: 'monthly correction',
    purpose: 'HOPERAT',
    ticket: 'CHG-1',
    decisions: [{ by: dana, groups: ['compliance'], verdict: 'approve', rationale: 'as discussed', at: now }],
    grant: null,
    createdAt: now,
    expiresAt: addMilliseconds(now, 60_000),
    decidedAt: null,
    ...changes,
  };
}

/** A grant of a request, not used yet. */
export function sampleGrant(changes: Partial<Grant> = {}): Grant {
  const now = systemClock.now();
  return {
    id: newGrantId(systemClock),
    state: 'active',
    kind: {
      kind: 'approval',
      approval: newApprovalId(systemClock),
      subject: 'statement',
      scope: 'once',
      session: newSessionId(systemClock),
      binding: sampleBinding(),
    },
    principal: etl,
    connection: clinicName,
    by: [dana],
    grantedAt: now,
    expiresAt: addMilliseconds(now, 60_000),
    uses: 0,
    lastSeenAt: null,
    endedAt: null,
    revokedBy: null,
    ...changes,
  };
}

export function sampleBinding(changes: Partial<Binding> = {}): Binding {
  return {
    digest: 'ab12',
    fingerprint: 'cd34',
    tables: ['update public.patients'],
    run: 'github/42',
    policies: 'ef56',
    ...changes,
  };
}

export function connection(name: string) {
  const parsed = parseConnectionName(name);
  if (parsed === null) throw new Error(`${name} is no name of a connection`);
  return parsed;
}
