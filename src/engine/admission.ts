import { rfc3339 } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ConnectionSettings, Credential } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { SessionId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { Presented, Principal } from '../core/principal.ts';
import type { LoginQuestion } from '../core/question.ts';
import { credentialFor } from '../identity/credential-rule.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import type { EngineParts } from './engine-parts.ts';
import { type Startup, startupParameters } from './startup-parameters.ts';

/** Someone who may come in, and everything that was resolved on the way. */
export interface Admission {
  readonly principal: Principal;
  readonly presented: Presented;
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
  const authenticated = await standing.authenticator.authenticate(question.secret);
  if (!authenticated.ok) return reject(authenticated.error);
  const { principal, presented } = authenticated.value;
  known.principal = principal;
  parts.principals.seen(principal, parts.clock.now());
  if (parts.principals.isDisabled(principal.id)) return reject(disabled(principal));
  const expires = standing.inventory.get(principal.id)?.expires ?? null;
  if (expires !== null && rfc3339(parts.clock.now()).slice(0, 10) > expires) return reject(expired(principal, expires));
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
  const decision = standing.policies.decide({
    principal,
    connection: connection.name,
    facts: null,
    context: {
      session: { statements: 0, rows: 0, classesRead: [], ageSeconds: 0 },
      purpose: question.parameters.get('sluice.purpose') ?? null,
      reason: question.parameters.get('sluice.reason') ?? null,
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
    connection,
    catalogue: catalogue.value,
    credential: credential.value,
    startup: startup.value,
    scope: decision.policies,
    path,
  });
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
  if (rule.password === null) return ok({ user: rule.user, password: null });
  const password = await parts.secrets.read(rule.password);
  return password.ok ? ok({ user: rule.user, password: password.value }) : password;
}

export function disabled(principal: Principal): Denial {
  return {
    code: 'principal_disabled',
    message: `principal ${principal.id} is disabled`,
    hint: 'an admin can enable it again',
  };
}

function expired(principal: Principal, day: string): Denial {
  return {
    code: 'principal_disabled',
    message: `principal ${principal.id} expired on ${day}`,
    hint: 'its owner renews it in the inventory of workloads',
  };
}

function tooMany(limit: number): Denial {
  return {
    code: 'session_limit',
    message: `this principal already has ${limit} sessions (sessionsPerPrincipal)`,
    hint: 'close some of them, or use a smaller pool',
  };
}
