import { createPrivateKey, X509Certificate } from 'node:crypto';

/** True when the first certificate of this PEM is for this private key. TLS does not say: with another kind of key it shows none. */
export function certificateFits(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
