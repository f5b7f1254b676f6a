import { err, ok, type Result } from '../base/result.ts';
import type { ConnectionSettings, Credential } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { SessionId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { Presented, Principal } from '../core/principal.ts';
import type { LoginQuestion, Proof } from '../core/question.ts';
import type { Authenticated } from '../identity/authenticated.ts';
import { credentialFor } from '../identity/credential-rule.ts';
import { looksLikeTicket } from '../identity/ticket.ts';
import type { TokenSource } from '../identity/token-source.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { barred } from './barred.ts';
import type { EngineParts } from './engine-parts.ts';
import { readCredential } from './read-credential.ts';
import { statedValue } from './session-settings.ts';
import { type Startup, startupParameters } from './startup-parameters.ts';
import { takenBack } from './taken-back.ts';

/** Someone who may come in, and everything that was resolved on the way. */
export interface Admission {
  readonly principal: Principal;
  readonly presented: Presented;
  readonly sources: readonly TokenSource[];
  readonly connection: ConnectionSettings;
  readonly catalogue: CatalogueIndex;
  readonly credential: Credential;
  readonly startup: Startup;
  /** Policies that permitted `connect`. */
  readonly scope: readonly string[];
  readonly path: readonly string[];
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
export async function admit(
  parts: EngineParts,
  id: SessionId,
  question: LoginQuestion,
  client: ClientAddress,
): Promise<Result<Admission, Rejection>> {
  const standing = parts.standing();
  const known: { principal: Principal | null; connection: ConnectionSettings | null } = {
    principal: null,
    connection: null,
  };
  const reject = (denial: Denial, policies: readonly string[] = []) => err({ denial, ...known, policies });

  if (parts.draining())
    return reject({ code: 'draining', message: 'the gateway is shutting down', hint: 'connect again in a moment' });
  const authenticated = await authenticate(parts, question.proof);
  if (!authenticated.ok) return reject(authenticated.error);
  const { principal, presented, sources } = authenticated.value;
  known.principal = principal;
  parts.principals.seen(principal, parts.clock.now());
  const bar = barred(parts, authenticated.value);
  if (bar !== null) return reject(bar);
  if (parts.sessions.count(principal.id) >= standing.limits.sessionsPerPrincipal)
    return reject(tooMany(standing.limits.sessionsPerPrincipal));

  const connection = standing.connections.get(question.database);
  if (connection === undefined) {
    return reject({
      code: 'connection_unknown',
      message: 'there is no connection of this name',
      hint: 'the database name selects the connection; ask the operator for its name',
    });
  }
  known.connection = connection;
  if ((authenticated.value.connection ?? connection.name) !== connection.name) return reject(ofAnother);
  const decision = standing.policies.decide({
    principal,
    connection: connection.name,
    facts: null,
    context: {
      session: { statements: 0, rows: 0, bytes: 0, classesRead: [], ageSeconds: 0 },
      principal: parts.usage.of(principal.id),
      estimatedRows: null,
      purpose: statedValue(question.parameters.get('sluice.purpose') ?? ''),
      reason: statedValue(question.parameters.get('sluice.reason') ?? ''),
      ticket: statedValue(question.parameters.get('sluice.ticket') ?? ''),
      source: client.address,
      time: parts.clock.now(),
    },
  });
  if (decision.kind !== 'allow') {
    const hint = decision.kind === 'deny' ? decision.hint : null;
    const code = decision.kind === 'hold' ? 'approval_unavailable' : 'policy_denied';
    return reject({ code, message: decision.message, ...(hint === null ? {} : { hint }) }, decision.policies);
  }
  const catalogue = await parts.catalogues.load(connection);
  if (!catalogue.ok) return reject(catalogue.error);
  const path = catalogue.value.snapshot.defaultPath;
  const startup = startupParameters(question.parameters, id, path);
  if (!startup.ok) return reject(startup.error);
  const credential = await credentialOf(parts, connection, principal);
  if (!credential.ok) return reject(credential.error);
  return ok({
    principal,
    presented,
    sources,
    connection,
    catalogue: catalogue.value,
    credential: credential.value,
    startup: startup.value,
    scope: decision.policies,
    path,
  });
}

/** A ticket is as good as the tokens behind it: their keys may be gone since it was issued. */
async function authenticate(parts: EngineParts, proof: Proof): Promise<Result<Authenticated, Denial>> {
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

async function credentialOf(
  parts: EngineParts,
  connection: ConnectionSettings,
  principal: Principal,
): Promise<Result<Credential, Denial>> {
  const rule = credentialFor(connection.credentials, principal);
  if (rule === null) {
    return err({
      code: 'secret_unavailable',
      message: `connection ${connection.name} has no credential for this principal`,
      hint: 'the operator adds one under credentials',
    });
  }
  return readCredential(parts.secrets, rule);
}

function tooMany(limit: number): Denial {
  return {
    code: 'session_limit',
    message: `this principal already has ${limit} sessions (sessionsPerPrincipal)`,
    hint: 'close some of them, or use a smaller pool',
  };
}

const ofAnother: Denial = {
  code: 'token_refused',
  message: 'the ticket was exchanged for another connection',
  hint: 'exchange a token for a ticket with this connection as its audience, or with none',
};
