import type { EntraApplication, SecretReference } from '../../core/connection.ts';
import { readCertificate } from './read-certificate.ts';
import { readSecret } from './read-secret.ts';
import { readUrl } from './read-url.ts';
import { type Fields, type Spot, whole } from './spot.ts';

/** A secret, or `{ entra: ... }`: tokens that serve as one. */
export function readPassword(spot: Spot): SecretReference | undefined {
  const children = spot.isMap() ? spot.children() : undefined;
  const entra = children?.get('entra');
  if (entra === undefined || children?.size !== 1) return readSecret(spot);
  const application = readEntra(entra);
  return application === undefined ? undefined : { entra: application };
}

function readEntra(spot: Spot): EntraApplication | undefined {
  const fields = spot.fields([
    'tenant',
    'clientId',
    'clientSecret',
    'assertionFile',
    'certificate',
    'key',
    'authority',
    'scope',
  ]);
  if (fields === undefined) return undefined;
  const authority = fields.optional('authority', publicCloud, readUrl);
  return whole<EntraApplication>({
    authority: authority?.replace(/\/+$/, ''),
    tenant: fields.required('tenant', (child) =>
      child.matching(
        /^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/,
        'the id or a domain of a tenant, such as contoso.onmicrosoft.com',
      ),
    ),
    clientId: fields.required('clientId', (child) =>
      child.matching(/^[A-Za-z0-9-]{1,64}$/, 'the id of an application, such as 11111111-2222-3333-4444-555555555555'),
    ),
    scope: fields.optional('scope', publicScope, (child) =>
      child.matching(/^https:\/\/[A-Za-z0-9./-]{1,200}\/\.default$/, `a scope, such as ${publicScope}`),
    ),
    proof: readProof(spot, fields),
  });
}

function readProof(spot: Spot, fields: Fields): EntraApplication['proof'] | undefined {
  const given = ['clientSecret', 'assertionFile', 'certificate'].filter((key) => fields.has(key));
  if (given.length !== 1) {
    return spot.fault(
      'give exactly one of `clientSecret`, `assertionFile` and `certificate`: it is how the application proves itself.',
    );
  }
  if (fields.has('clientSecret')) {
    const secret = fields.required('clientSecret', readSecret);
    return secret === undefined ? undefined : { secret };
  }
  if (fields.has('assertionFile')) {
    const file = fields.required('assertionFile', (child) => child.filePath());
    return file === undefined ? undefined : { assertion: { file } };
  }
  const certificate = readCertificate(fields);
  return certificate === undefined ? undefined : { certificate };
}

const publicCloud = 'https://login.microsoftonline.com';
const publicScope = 'https://ossrdbms-aad.database.windows.net/.default';
