import { err, ok, type Result } from '../base/result.ts';
import type { Credential, PostgresConnection } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { SessionId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { Principal } from '../core/principal.ts';
import type { LoginQuestion } from '../core/question.ts';
import { credentialFor } from '../identity/credential-rule.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { type AdmissionTo, admit, type Rejection } from './admission.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import { noCredential } from './no-credential.ts';
import { readCredential } from './read-credential.ts';
import { type Startup, startupParameters } from './startup-parameters.ts';

/** Someone who may come in to a database, and what their statements are read under. */
export interface SqlAdmission extends AdmissionTo<'postgres'> {
  readonly catalogue: CatalogueIndex;
  readonly credential: Credential;
  readonly startup: Startup;
  readonly path: readonly string[];
}

/** What a client of SQL needs beyond being let in: a catalogue, settings, and the credential of its upstream session. */
export async function admitSql(
  parts: EngineParts,
  session: SessionId,
  { proof, database, parameters }: LoginQuestion,
  client: ClientAddress,
  deciding: Pick<Deciding<never>, 'inform' | 'signal'>,
): Promise<Result<SqlAdmission, Rejection>> {
  const stated = {
    purpose: parameters.get('sluice.purpose') ?? null,
    reason: parameters.get('sluice.reason') ?? null,
    ticket: parameters.get('sluice.ticket') ?? null,
  };
  const protocol = 'postgres';
  const admitted = await admit(parts, { session, proof, connection: database, protocol, stated, client, deciding });
  if (!admitted.ok) return admitted;
  const { principal, connection } = admitted.value;
  const reject = (denial: Denial) => err({ denial, principal, connection, policies: [] });
  const catalogue = await parts.catalogues.load(connection);
  if (!catalogue.ok) return reject(catalogue.error);
  const startup = startupParameters(parameters, session, catalogue.value.snapshot.defaultPath);
  if (!startup.ok) return reject(startup.error);
  const credential = await credentialOf(parts, connection, principal);
  if (!credential.ok) return reject(credential.error);
  return ok({
    ...admitted.value,
    catalogue: catalogue.value,
    credential: credential.value,
    startup: startup.value,
    path: startup.value.path,
  });
}

async function credentialOf(
  parts: EngineParts,
  connection: PostgresConnection,
  principal: Principal,
): Promise<Result<Credential, Denial>> {
  const rule = credentialFor(connection.credentials, principal);
  return rule === null ? err(noCredential(connection)) : readCredential(parts.secrets, rule);
}
