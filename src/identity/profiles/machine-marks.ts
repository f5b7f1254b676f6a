import { type JsonObject, member } from '../json-object.ts';

/**
 * True where the claims are those of a machine. An issuer that knows both people and machines signs for both with the same keys,
 * so that an entry for people cannot rely on its issuer: Entra, GitLab and others do that.
 */
export function isOfMachine(claims: JsonObject): boolean {
  const subject = member(claims, 'sub');
  if (machineClaims.some((claim) => member(claims, claim) !== undefined)) return true;
  const kind = member(claims, 'idtyp');
  if (kind !== undefined && kind !== 'user') return true;
  // Auth0: a string, or of a token that was refreshed or exchanged a list.
  if ([member(claims, 'gty')].flat(10).some((grant) => grants.includes(grant))) return true;
  if (typeof subject !== 'string') return true;
  // RFC 9068, 2.2: a client that got a token for itself is its subject.
  if (clientClaims.some((claim) => member(claims, claim) === subject)) return true;
  // Of Entra: what an application got for itself is about its service principal, and nobody delegated it.
  if (member(claims, 'oid') === subject && member(claims, 'scp') === undefined) return true;
  return machineNames.some((name) => name.test(subject)) || isServiceAccount(member(claims, 'preferred_username'));
}

/** Keycloak: the account that a client has for itself. */
function isServiceAccount(name: unknown): boolean {
  return typeof name === 'string' && /^service-account-/i.test(name);
}

const clientClaims = ['client_id', 'azp', 'appid', 'cid'];
const grants: readonly unknown[] = ['client-credentials', 'client_credentials'];

/** Subjects: of Kubernetes, SPIFFE, a service connection of Azure DevOps, a client of Auth0 and of Keycloak. Capitals hide nobody. */
const machineNames = [/^system:serviceaccount:/i, /^spiffe:/i, /^sc:\/\//i, /@clients$/i, /^service-account-/i];

/** Each stands in the tokens of one platform for workloads, and in none for people. */
const machineClaims = [
  'kubernetes.io',
  'kubernetes.io/serviceaccount/namespace',
  'xms_mirid',
  'repository_id',
  'job_workflow_ref',
  'pipeline_id',
  'def_id',
];
