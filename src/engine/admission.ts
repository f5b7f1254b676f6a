import { err, ok, type Result } from '../base/result.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { Denial } from '../core/denial.ts';
import type { GrantId, SessionId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { Presented, Principal } from '../core/principal.ts';
import type { Proof, StatedValues } from '../core/question.ts';
import type { Authenticated } from '../identity/authenticated.ts';
import { looksLikeTicket } from '../identity/ticket.ts';
import type { TokenSource } from '../identity/token-source.ts';
import { barred } from './barred.ts';
import { connectionChanged } from './connection-changed.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import { mayConnect } from './may-connect.ts';
import { statedValue } from './session-settings.ts';
import { staleState } from './shared-state.ts';
import { takenBack } from './taken-back.ts';

type Protocol = ConnectionSettings['protocol'];
type ConnectionOf<P extends Protocol> = Extract<ConnectionSettings, { readonly protocol: P }>;

/** Someone who may come in, and what was found out on the way, whatever protocol they speak. */
export interface Admission {
  readonly principal: Principal;
  readonly presented: Presented;
  readonly sources: readonly TokenSource[];
  readonly connection: ConnectionSettings;
  /** Policies that permitted `connect`. */
  readonly scope: readonly string[];
  /** The grant that `connect` rests on, where policy asked for an approval. */
  readonly grant: GrantId | null;
}

/** The same, to a connection that speaks the protocol. */
export type AdmissionTo<P extends Protocol> = Admission & { readonly connection: ConnectionOf<P> };

/** Somebody who asks to come in. */
export interface Applicant<P extends Protocol> {
  readonly session: SessionId;
  readonly proof: Proof;
  /** The name that was given as the connection's. */
  readonly connection: string;
  readonly protocol: P;
  readonly stated: StatedValues;
  readonly client: ClientAddress;
  readonly deciding: Pick<Deciding<never>, 'inform' | 'signal'>;
}

/** A refusal, with as much as was known by then. */
export interface Rejection {
  readonly denial: Denial;
  readonly principal: Principal | null;
  readonly connection: ConnectionSettings | null;
  readonly policies: readonly string[];
}

/**
 * From a presented secret to an admission, in the order that gives away least: nobody learns which connections exist
 * before they have proven who they are.
 */
export async function admit<P extends Protocol>(
  parts: EngineParts,
  { session, proof, connection: name, protocol, stated, client, deciding }: Applicant<P>,
): Promise<Result<AdmissionTo<P>, Rejection>> {
  const standing = parts.standing();
  const known: { principal: Principal | null; connection: ConnectionSettings | null } = {
    principal: null,
    connection: null,
  };
  const reject = (denial: Denial, policies: readonly string[] = []) => err({ denial, ...known, policies });

  if (parts.draining())
    return reject({ code: 'draining', message: 'the gateway is shutting down', hint: 'connect again in a moment' });
  const authenticated = await authenticate(parts, proof);
  if (!authenticated.ok) return reject(authenticated.error);
  const { principal, presented, sources } = authenticated.value;
  known.principal = principal;
  parts.principals.seen(principal, parts.clock.now());
  const bar = barred(parts, authenticated.value) ?? staleState(parts);
  if (bar !== null) return reject(bar);
  const many = tooMany(parts, principal);
  if (many !== null) return reject(many);

  const connection = standing.connections.get(name);
  if (connection === undefined) {
    return reject({
      code: 'connection_unknown',
      message: 'there is no connection of this name',
      hint: 'the database name selects the connection; ask the operator for its name',
    });
  }
  known.connection = connection;
  if (!speaks(connection, protocol)) return reject(otherProtocol(connection, protocol));
  if ((authenticated.value.connection ?? connection.name) !== connection.name) return reject(ofAnother);
  const entry = await mayConnect(parts, {
    session,
    principal,
    connection,
    stated: {
      purpose: statedValue(stated.purpose ?? ''),
      reason: statedValue(stated.reason ?? ''),
      ticket: statedValue(stated.ticket ?? ''),
    },
    source: client.address,
    deciding,
  });
  if (!entry.ok) return reject(entry.error.denial, entry.error.policies);
  // People may have taken their time: what was true before may not be so any more.
  if (entry.value.grant !== null) {
    const late =
      barred(parts, authenticated.value) ??
      connectionChanged(connection, parts.standing().connections.get(name)) ??
      tooMany(parts, principal);
    if (late !== null) return reject(late);
  }
  return ok({
    principal,
    presented,
    sources,
    connection,
    scope: entry.value.policies,
    grant: entry.value.grant,
  });
}

function speaks<P extends Protocol>(connection: ConnectionSettings, protocol: P): connection is ConnectionOf<P> {
  return connection.protocol === protocol;
}

/** A ticket is as good as the tokens behind it: their keys may be gone since it was issued. */
export async function authenticate(parts: EngineParts, proof: Proof): Promise<Result<Authenticated, Denial>> {
  const isToken = proof.kind === 'secret' && !looksLikeTicket(proof.secret);
  if (isToken) return parts.standing().authenticator.authenticate(proof.secret);
  const ticket =
    proof.kind === 'secret'
      ? await parts.ticketVerifier.present(proof.secret)
      : parts.ticketVerifier.proven(proof.ticket);
  if (!ticket.ok) return ticket;
  const denial = await takenBack(parts.standing(), ticket.value.sources);
  return denial === null ? ticket : err(denial);
}

function tooMany(parts: EngineParts, { id }: Principal): Denial | null {
  const limit = parts.standing().limits.sessionsPerPrincipal;
  if (parts.sessions.count(id) < limit) return null;
  return {
    code: 'session_limit',
    message: `this principal already has ${limit} sessions (sessionsPerPrincipal)`,
    hint: 'close some of them, or use a smaller pool',
  };
}

function otherProtocol(connection: ConnectionSettings, protocol: Protocol): Denial {
  return {
    code: 'connection_unknown',
    message: `connection ${connection.name} does not speak ${protocol}`,
    hint: `use a client and a listener for ${connection.protocol}`,
  };
}

const ofAnother: Denial = {
  code: 'token_refused',
  message: 'the ticket was exchanged for another connection',
  hint: 'exchange a token for a ticket with this connection as its audience, or with none',
};
