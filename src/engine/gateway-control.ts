import { rfc3339 } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { SessionId } from '../core/ids.ts';
import { type Principal, type PrincipalId, unknownOrigin } from '../core/principal.ts';
import { rolesOf } from '../identity/roles.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import { unused } from '../policy/usage.ts';
import type { ApprovalControl } from './approval-control.ts';
import { barred, isExpired } from './barred.ts';
import type { Control, ExplainQuestion, Explanation, PolicyView, PrincipalView } from './control.ts';
import type { Engine } from './engine.ts';
import type { KnownPrincipal } from './ports.ts';
import { ruleOn } from './ruling.ts';
import { ledgerDenial } from './session-account.ts';
import { stored } from './shared-state.ts';
import { ticketControl } from './ticket-control.ts';

/** The part of {@link Control} that the engine answers by itself; the rest concerns files, sockets and processes. */
export type EngineControl = Pick<
  Control,
  | 'authenticate'
  | 'roles'
  | 'sessions'
  | 'session'
  | 'terminate'
  | 'principals'
  | 'principal'
  | 'disable'
  | 'enable'
  | 'exchange'
  | 'tickets'
  | 'ticket'
  | 'revokeTicket'
  | 'deniedTokens'
  | 'denyToken'
  | 'policies'
  | 'explain'
> &
  ApprovalControl;

export function engineControl(engine: Engine, approvals: ApprovalControl): EngineControl {
  const { parts } = engine;
  const record = (event: LedgerEvent) =>
    new Promise<Result<null, Denial>>((resolve) => {
      parts.journal.append(event, (fault) => resolve(fault === null ? ok(null) : err(ledgerDenial(fault))));
    });

  return {
    async authenticate(token) {
      const authenticated = await parts.standing().authenticator.authenticate(token);
      const bar = authenticated.ok ? barred(parts, authenticated.value) : null;
      return bar === null ? authenticated : err(bar);
    },
    roles: (principal) => rolesOf(principal, parts.standing().roles),
    sessions: () => parts.sessions.views(),
    session: (id) => parts.sessions.views().find((view) => view.id === id) ?? null,
    terminate: (id, by) => terminate(engine, id, by, record),
    principals: () => everybody(engine).map((known) => principalView(engine, known)),
    principal(id) {
      const known = everybody(engine).find((one) => one.id === id);
      return known === undefined ? null : principalView(engine, known);
    },
    async disable(id, by) {
      const recorded = await record({
        type: 'principal.disabled',
        principal: id,
        by,
        sessions: parts.sessions.of(id).length,
      });
      if (!recorded.ok) return recorded;
      const storing = stored(parts.principals.disable(id, by, parts.clock.now()));
      const live = parts.sessions.of(id);
      for (const session of live) {
        session.terminate({
          code: 'session_ended',
          message: `principal ${id} was disabled`,
          hint: 'an admin can enable it again',
        });
      }
      const kept = await storing;
      return kept.ok ? ok({ sessions: live.length }) : kept;
    },
    async enable(id, by) {
      const recorded = await record({ type: 'principal.enabled', principal: id, by });
      return recorded.ok ? stored(parts.principals.enable(id, by, parts.clock.now())) : recorded;
    },
    ...ticketControl(parts, record),
    ...approvals,
    policies: (): PolicyView => ({
      digest: parts.standing().policies.digest,
      policies: parts.standing().policies.policies,
    }),
    explain: (question) => explain(engine, question),
  };
}

async function terminate(
  engine: Engine,
  id: SessionId,
  by: PrincipalId,
  record: (event: LedgerEvent) => Promise<Result<null, Denial>>,
): Promise<Result<boolean, Denial>> {
  const session = engine.parts.sessions.get(id);
  if (session === null) return ok(false);
  const recorded = await record({ type: 'session.terminated', session: id, by });
  if (!recorded.ok) return recorded;
  session.terminate({
    code: 'session_ended',
    message: `the session was ended by ${by}`,
    hint: 'connect again if you may',
  });
  return ok(true);
}

/** Who was seen, then who is listed in the configuration and was not. */
function everybody({ parts }: Engine): readonly KnownPrincipal[] {
  const seen = parts.principals.list();
  const ids = new Set<string>(seen.map(({ id }) => id));
  const awaited = [...parts.standing().inventory.keys()].filter((id) => !ids.has(id));
  return [...seen, ...awaited.map((id) => neverSeen(id as PrincipalId))];
}

function neverSeen(id: PrincipalId): KnownPrincipal {
  const issuer = id.slice(0, id.indexOf('/'));
  return { id, kind: 'workload', display: id, issuer, groups: [], onBehalfOf: null, disabled: false, lastSeen: null };
}

function principalView(engine: Engine, known: KnownPrincipal): PrincipalView {
  const listed = engine.parts.standing().inventory.get(known.id);
  return {
    id: known.id,
    kind: known.kind,
    display: known.display,
    issuer: known.issuer,
    groups: known.groups,
    state: stateOf(engine, known),
    owner: listed?.owner ?? null,
    purpose: listed?.purpose ?? null,
    vendor: listed?.vendor ?? null,
    expires: listed?.expires ?? null,
    onBehalfOf: known.onBehalfOf,
    liveSessions: engine.parts.sessions.count(known.id),
    lastSeen: known.lastSeen === null ? null : rfc3339(known.lastSeen),
  };
}

function stateOf({ parts }: Engine, known: KnownPrincipal): PrincipalView['state'] {
  const { inventory, unlisted } = parts.standing();
  const listed = inventory.get(known.id);
  if (known.disabled) return 'disabled';
  if (listed !== undefined) return isExpired(parts, listed) ? 'expired' : 'enabled';
  return unlisted === 'refuse' && known.kind === 'workload' ? 'unlisted' : 'enabled';
}

/** Asks policy what it would say, without a session: counters are zero, origin is unknown. */
async function explain(engine: Engine, question: ExplainQuestion): Promise<Result<Explanation, Denial>> {
  const { parts } = engine;
  const standing = parts.standing();
  const connection = standing.connections.get(question.connection);
  if (connection === undefined)
    return err({ code: 'connection_unknown', message: 'there is no connection of this name' });
  if (connection.protocol === 'http') return err(notSql);
  const catalogue = await parts.catalogues.load(connection);
  if (!catalogue.ok) return catalogue;
  const known = parts.principals.list().find((one) => one.id === question.principal);
  if (known === undefined && question.groups === null) {
    return err({
      code: 'not_found',
      message: `principal ${question.principal} was never seen here`,
      hint: 'name the groups that it would be in (--group) to explain it anyway',
    });
  }
  const analysis = await parts.analysis.analyse(Buffer.from(question.sql), {
    catalogue: catalogue.value,
    path: catalogue.value.snapshot.defaultPath,
  });
  if (analysis.kind === 'refused') {
    const { message, hint } = analysis.denial;
    return ok({
      decision: 'deny',
      message,
      hint: hint ?? null,
      policies: [],
      verb: 'unknown',
      tables: [],
      outputs: [],
    });
  }
  const [facts] = analysis.statements;
  if (facts === undefined || analysis.statements.length > 1) {
    return err({ code: 'invalid_request', message: 'explain takes exactly one statement' });
  }
  const decision = standing.policies.decide({
    principal: principalFor(question, known),
    connection: connection.name,
    facts,
    context: {
      session: { statements: 0, rows: 0, bytes: 0, classesRead: [], ageSeconds: 0 },
      principal: unused,
      estimatedRows: null,
      purpose: null,
      reason: null,
      ticket: null,
      source: '127.0.0.1',
      time: parts.clock.now(),
    },
  });
  const ruling = ruleOn(facts, decision, false);
  const refusal = ruling.kind === 'deny' ? ruling.denial : ruling.kind === 'hold' ? ruling.decision : null;
  const masked = new Set(ruling.record.columns.filter((column) => column.masked).map((column) => column.column));
  return ok({
    decision: ruling.kind,
    message: refusal?.message ?? `permitted by ${ruling.record.policies.map((id) => `"${id}"`).join(', ')}`,
    hint: refusal?.hint ?? null,
    policies: ruling.record.policies,
    verb: facts.verb,
    tables: ruling.record.tables,
    outputs: [...ruling.record.columns].map(
      ({ column, class: name }) => `${column} (${name}) ${masked.has(column) ? 'masked' : 'as it is'}`,
    ),
  });
}

function principalFor(question: ExplainQuestion, known: KnownPrincipal | undefined): Principal {
  const [issuer = ''] = question.principal.split('/');
  return {
    id: question.principal,
    kind: known?.kind ?? 'workload',
    display: known?.display ?? question.principal,
    issuer: known?.issuer ?? issuer,
    groups: question.groups ?? known?.groups ?? [],
    nature: 'unknown',
    origin: unknownOrigin,
    onBehalfOf: known?.onBehalfOf ?? null,
  };
}

const notSql: Denial = {
  code: 'not_supported',
  message: 'what is explained is SQL, and this connection speaks HTTP',
  hint: 'send the request: a refusal names the policy, or what a policy would have to permit',
};
