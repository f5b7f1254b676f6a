import { err, ok, type Result } from '../base/result.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { Denial } from '../core/denial.ts';
import { type GrantId, newStatementId, type SessionId, type StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { Decision, DecisionRequest } from '../policy/decision.ts';
import { awaitApproval } from './await-approval.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Held } from './held.ts';
import type { Stated } from './session-settings.ts';

/** Somebody at the door of a connection. */
export interface Arrival {
  readonly session: SessionId;
  readonly principal: Principal;
  readonly connection: ConnectionSettings;
  readonly stated: Stated;
  readonly source: string;
  readonly deciding: Pick<Deciding<never>, 'inform' | 'signal'>;
}

export interface Entry {
  /** Policies that permitted `connect`. */
  readonly policies: readonly string[];
  readonly grant: GrantId | null;
}

export interface NoEntry {
  readonly denial: Denial;
  readonly policies: readonly string[];
}

/** May this principal open a session here? Where policy asks for an approval, people are waited for at the login. */
export async function mayConnect(parts: EngineParts, arrival: Arrival): Promise<Result<Entry, NoEntry>> {
  const statement = newStatementId(parts.clock);
  for (let approved = false; ; approved = true) {
    const decision = parts.standing().policies.decide(requestOf(parts, arrival));
    if (decision.kind === 'allow') return ok({ policies: decision.policies, grant: null });
    if (decision.kind === 'deny') {
      const { message, hint } = decision;
      const denial: Denial = { code: 'policy_denied', message, ...(hint === null ? {} : { hint }) };
      return err({ denial, policies: decision.policies });
    }
    const awaited = await awaitApproval(parts, heldConnect(arrival, decision, statement), {
      inform: arrival.deciding.inform,
      signal: arrival.deciding.signal(),
      transaction: 'I',
      approved,
    });
    if (awaited.kind === 'granted') return ok({ policies: decision.approved.policies, grant: awaited.grant.id });
    if (awaited.kind === 'refused') return err({ denial: awaited.denial, policies: decision.policies });
  }
}

function requestOf(parts: EngineParts, { principal, connection, stated, source }: Arrival): DecisionRequest {
  return {
    principal,
    connection: connection.name,
    facts: null,
    context: {
      session: { statements: 0, rows: 0, bytes: 0, classesRead: [], ageSeconds: 0 },
      principal: parts.usage.of(principal.id),
      estimatedRows: null,
      ...stated,
      source,
      time: parts.clock.now(),
    },
  };
}

function heldConnect(arrival: Arrival, decision: Extract<Decision, { kind: 'hold' }>, statement: StatementId): Held {
  return {
    subject: 'connect',
    session: arrival.session,
    statement,
    principal: arrival.principal,
    connection: arrival.connection.name,
    decision,
    exact: [Buffer.from('connect')],
    normalised: null,
    tables: [],
    shown: {
      verb: 'connect',
      text: 'connect',
      parameters: [],
      tables: [],
      columns: [],
      classes: [],
      estimatedRows: null,
    },
    estimate: null,
    original: null,
    ...arrival.stated,
  };
}
