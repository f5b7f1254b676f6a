import { instant } from '../../src/base/clock.ts';
import { err, ok, type Result } from '../../src/base/result.ts';
import type { Denial } from '../../src/core/denial.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId, TicketId } from '../../src/core/ids.ts';
import { type Principal, type PrincipalId, unknownOrigin } from '../../src/core/principal.ts';
import type {
  ApprovalDetail,
  ApprovalsQuestion,
  BreakGlassRequest,
  ConnectionView,
  Control,
  DeniedTokenView,
  ExchangeRequest,
  ExplainQuestion,
  GrantsQuestion,
  LedgerRecord,
  Person,
  PrincipalView,
  RefusedAct,
  Role,
  SessionView,
  TicketView,
} from '../../src/engine/control.ts';
import { approval, grant } from './sample-approvals.ts';

/** A gateway with one connection, one live session and six principals, in memory. A token is `token-of-<name>`. */
export class InMemoryControl implements Control {
  readonly calls: string[] = [];
  readonly questions: ExplainQuestion[] = [];
  readonly exchanges: ExchangeRequest[] = [];
  readonly denied: DeniedTokenView[] = [];
  readonly approvalQuestions: (ApprovalsQuestion | GrantsQuestion)[] = [];
  readonly refusals: RefusedAct[] = [];
  request: ApprovalDetail = approval;
  /** Answered to whatever act of approvals is asked. */
  objection: Denial | null = null;
  reloadFaults: readonly string[] = [];
  ready = true;
  authority: string | null = '-----BEGIN CERTIFICATE-----\nc2x1aWNl\n-----END CERTIFICATE-----\n';
  listeners: ConnectionView['listeners'] = [{ name: 'pg', address: '127.0.0.1:15432', auth: 'token', tls: true }];
  /** Thrown by whatever is asked next. */
  broken: Error | null = null;
  readonly #disabled = new Set<string>();
  #open = true;

  async authenticate(token: string): ReturnType<Control['authenticate']> {
    this.#mayBreak();
    const principal = people.find(({ id }) => token === `token-of-${id.slice(id.indexOf('/') + 1)}`);
    if (principal === undefined) {
      return err({ code: 'token_refused', message: 'the token is not of an accepted issuer', hint: 'ask for another' });
    }
    return ok({
      principal,
      presented: {
        kind: 'jwt',
        tokenId: 'jti-1',
        issuedAt: null,
        expiresAt: instant(4_000_000_000_000_000),
        authenticatedAt: null,
      },
    });
  }

  roles(principal: Principal): readonly Role[] {
    const roles: Readonly<Record<string, Role>> = { compliance: 'approver', audit: 'auditor', platform: 'admin' };
    return principal.groups.flatMap((group) => roles[group] ?? []);
  }

  connections(): readonly ConnectionView[] {
    this.#mayBreak();
    return [
      {
        name: 'clinic' as ConnectionName,
        protocol: 'postgres',
        protectedColumns: 12,
        catalogueVersion: null,
        listeners: this.listeners,
        authority: this.authority,
      },
    ];
  }

  sessions(): readonly SessionView[] {
    return [this.#session()];
  }

  session(id: SessionId): SessionView | null {
    return id === liveSession ? this.#session() : null;
  }

  async terminate(id: SessionId, by: PrincipalId): ReturnType<Control['terminate']> {
    this.calls.push(`terminate ${id} by ${by}`);
    const live = id === liveSession && this.#open;
    if (live) this.#open = false;
    return ok(live);
  }

  principals(): readonly PrincipalView[] {
    return people.map((principal) => this.#view(principal));
  }

  principal(id: PrincipalId): PrincipalView | null {
    const principal = people.find((candidate) => candidate.id === id);
    return principal === undefined ? null : this.#view(principal);
  }

  async disable(id: PrincipalId, by: PrincipalId): ReturnType<Control['disable']> {
    this.calls.push(`disable ${id} by ${by}`);
    if (id.startsWith('full/')) return err({ code: 'ledger_unavailable', message: 'the ledger cannot be written' });
    this.#disabled.add(id);
    return ok({ sessions: 1 });
  }

  async enable(id: PrincipalId, by: PrincipalId): ReturnType<Control['enable']> {
    this.calls.push(`enable ${id} by ${by}`);
    this.#disabled.delete(id);
    return ok(null);
  }

  async exchange(request: ExchangeRequest): ReturnType<Control['exchange']> {
    this.#mayBreak();
    this.exchanges.push(request);
    if (request.subjectToken !== 'token-of-nightly-etl') {
      const denial = { code: 'token_refused', message: 'the token says "no" – twice', hint: 'ask again' } as const;
      const error = request.subjectToken === 'later' ? 'temporarily_unavailable' : 'invalid_request';
      return err({ error, denial });
    }
    return ok({ id: ticket.id, text: `slt_${ticket.id}.${'s'.repeat(43)}`, expiresInSeconds: 900 });
  }

  tickets(): readonly TicketView[] {
    return [ticket];
  }

  ticket(id: TicketId): TicketView | null {
    return id === ticket.id ? ticket : null;
  }

  async revokeTicket(id: TicketId, by: PrincipalId): ReturnType<Control['revokeTicket']> {
    this.calls.push(`revoke ${id} by ${by}`);
    return ok({ sessions: 20 });
  }

  deniedTokens(): readonly DeniedTokenView[] {
    return this.denied;
  }

  async denyToken(id: string, by: PrincipalId): ReturnType<Control['denyToken']> {
    this.calls.push(`deny ${id} by ${by}`);
    this.denied.push({ id, by, at: ticket.issuedAt, until: ticket.expiresAt });
    return ok({ sessions: 2, until: ticket.expiresAt });
  }

  async approvals(question: ApprovalsQuestion): ReturnType<Control['approvals']> {
    this.#mayBreak();
    this.approvalQuestions.push(question);
    const { similar: _, ...listed } = this.request;
    return ok(question.state === null || question.state === listed.state ? [listed] : []);
  }

  async approval(id: ApprovalId): ReturnType<Control['approval']> {
    return ok(id === this.request.id ? this.request : null);
  }

  async decideApproval(
    id: ApprovalId,
    { principal }: Person,
    verdict: 'approve' | 'deny',
    rationale: string,
  ): ReturnType<Control['decideApproval']> {
    const { similar: _, ...listed } = this.request;
    const state = verdict === 'approve' ? 'approved' : 'denied';
    return this.#act(`${verdict} ${id} by ${principal.id}: ${rationale}`, { ...listed, state });
  }

  async revealApproval(id: ApprovalId, { principal }: Person): ReturnType<Control['revealApproval']> {
    const statement = "update patients set status = 'active' where ssn = '987-65-4320'";
    return this.#act(`reveal ${id} by ${principal.id}`, { id, statement, parameters: ['987-65-4320', null] });
  }

  async grants(question: GrantsQuestion): ReturnType<Control['grants']> {
    this.approvalQuestions.push(question);
    return ok([grant]);
  }

  async grant(id: GrantId): ReturnType<Control['grant']> {
    return ok(id === grant.id ? grant : null);
  }

  async revokeGrant(id: GrantId, { principal }: Person): ReturnType<Control['revokeGrant']> {
    return this.#act(`revoke ${id} by ${principal.id}`, { ...grant, state: 'revoked', revokedBy: principal.id });
  }

  async breakGlass(request: BreakGlassRequest, { principal: by }: Person): ReturnType<Control['breakGlass']> {
    const { principal, connection, durationMs, rationale } = request;
    return this.#act(`open ${connection} to ${principal} for ${durationMs} by ${by.id}: ${rationale}`, grant);
  }

  async reviewGrant(id: GrantId, { principal }: Person, findings: string): ReturnType<Control['reviewGrant']> {
    const review = { by: principal.id, at: grant.expiresAt, findings };
    return this.#act(`review ${id} by ${principal.id}: ${findings}`, { ...grant, review });
  }

  async recordRefusal(refusal: RefusedAct): ReturnType<Control['recordRefusal']> {
    this.refusals.push(refusal);
    return ok(null);
  }

  policies(): ReturnType<Control['policies']> {
    const annotations = { id: 'clinical-read', description: 'clinical tables' };
    const policy = {
      id: 'clinical-read',
      effect: 'permit',
      description: 'clinical tables',
      file: 'demo.cedar',
    } as const;
    return { digest: 'd1', policies: [{ ...policy, line: 3, annotations }] };
  }

  async explain(question: ExplainQuestion): ReturnType<Control['explain']> {
    this.questions.push(question);
    if (question.connection !== 'clinic') {
      return err({ code: 'connection_unknown', message: `no connection is called ${question.connection}` });
    }
    return ok({
      decision: 'deny',
      message: 'denied by policy "no-bulk-phi-read": bulk',
      hint: 'add a WHERE or a LIMIT',
      policies: ['no-bulk-phi-read'],
      verb: 'select',
      tables: ['public.patients'],
      outputs: ['ssn: redact'],
    });
  }

  async ledgerTail(count: number): Promise<readonly LedgerRecord[]> {
    return Array.from({ length: Math.min(count, 3) }, (_, index) => ({
      index: String(index),
      entry: {
        v: 1,
        id: `ent_${index}`,
        time: '2026-11-21T22:47:27.000123Z',
        instance: 'clinic-gateway',
        tenant: 'general-hospital',
        type: 'policy.loaded',
        digest: 'd1',
        policies: ['clinical-read'],
      },
    }));
  }

  ledgerStatus(): ReturnType<Control['ledgerStatus']> {
    return { state: 'writing', entries: '3', directory: '/data/ledger', durability: 'os', fault: null };
  }

  async reload(): ReturnType<Control['reload']> {
    this.calls.push('reload');
    return this.reloadFaults.length === 0 ? ok(null) : err(this.reloadFaults);
  }

  readiness(): ReturnType<Control['readiness']> {
    return {
      ready: this.ready,
      checks: [{ name: 'ledger', ok: this.ready, message: this.ready ? 'good' : 'disk full' }],
    };
  }

  async metrics(): Promise<string> {
    return '# TYPE sluice_sessions gauge\nsluice_sessions 1\n';
  }

  #session(): SessionView {
    return {
      id: liveSession,
      state: this.#open ? 'open' : 'closed',
      principal: 'demo/nightly-etl' as PrincipalId,
      onBehalfOf: null,
      owner: 'dana',
      purpose: 'HOPERAT',
      credential: { kind: 'jwt', id: 'jti-1' },
      connection: 'clinic' as ConnectionName,
      origin: { ...unknownOrigin, platform: 'github' },
      source: '127.0.0.1:40000',
      backendPid: 4711,
      openedAt: '2026-11-21T22:47:27.000123Z',
      closedAt: null,
      statements: 2,
      rows: '9007199254740993',
      bytes: '10',
    };
  }

  #view(principal: Principal): PrincipalView {
    const { id, kind, display, issuer, groups, onBehalfOf } = principal;
    const state = this.#disabled.has(id) ? 'disabled' : 'enabled';
    const listed = { owner: null, purpose: null, vendor: null, expires: null };
    return { id, kind, display, issuer, groups, onBehalfOf, state, ...listed, liveSessions: 0, lastSeen: null };
  }

  #act<T>(call: string, answer: T): Result<T, Denial> {
    this.calls.push(call);
    return this.objection === null ? ok(answer) : err(this.objection);
  }

  #mayBreak(): void {
    if (this.broken === null) return;
    const error = this.broken;
    this.broken = null;
    throw error;
  }
}

export const liveSession = 'ses_019aa9b0-0000-7000-8000-000000000001' as SessionId;

/** Of the workload `nightly-etl`. */
export const ticket: TicketView = {
  id: 'tkt_019aa9b0-0000-7000-8000-000000000001' as TicketId,
  state: 'live',
  principal: 'demo/nightly-etl' as PrincipalId,
  onBehalfOf: null,
  connection: null,
  tokens: ['jti-1'],
  issuedAt: '2026-11-21T22:47:27.000123Z',
  expiresAt: '2026-11-21T23:02:27.000123Z',
  revokedBy: null,
  liveSessions: 20,
};

function person(key: string, kind: Principal['kind'], group: string): Principal {
  return {
    id: `demo/${key}` as PrincipalId,
    kind,
    display: key,
    issuer: 'demo',
    groups: [group],
    nature: kind === 'user' ? 'person' : 'ci-job',
    origin: unknownOrigin,
    onBehalfOf: null,
  };
}

/** `rogue` is a workload in the admins' group, which must not make it one; `spiffe` has a slash in its key. */
const people: readonly Principal[] = [
  person('nightly-etl', 'workload', 'pipelines'),
  person('rogue', 'workload', 'platform'),
  person('spiffe/ns/etl', 'workload', 'pipelines'),
  person('dana', 'user', 'compliance'),
  person('omar', 'user', 'audit'),
  person('ada', 'user', 'platform'),
  person('nobody', 'user', 'nothing'),
];
