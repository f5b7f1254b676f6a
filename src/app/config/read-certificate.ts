import type { CertificateReference, LocalSecret } from '../../core/connection.ts';
import { readSecret } from './read-secret.ts';
import { type Fields, type Spot, whole } from './spot.ts';

/** `certificate` and `key` among these keys: where they are. */
export function readCertificate(fields: Fields): CertificateReference | undefined {
  return whole<CertificateReference>({
    certificate: fields.required('certificate', readPublic),
    key: fields.required('key', readSecret),
  });
}

/** Written like a secret; everybody may read it. */
function readPublic(spot: Spot): LocalSecret | undefined {
  const reference = readSecret(spot);
  return reference !== undefined && 'file' in reference ? { ...reference, public: true } : reference;
}
