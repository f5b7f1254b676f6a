import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { certificateFits } from '../base/certificate-fits.ts';
import type { Instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';

export interface AssertionOptions {
  /** PEM. */
  readonly certificate: string;
  /** PEM of an RSA key: Entra ID takes no other. */
  readonly key: string;
  readonly clientId: string;
  readonly audience: URL;
  readonly now: Instant;
}

/** A token by which an application proves to a token endpoint that it holds the key (RFC 7523, 3). The error is a phrase. */
export async function signAssertion(options: AssertionOptions): Promise<Result<string, string>> {
  const { certificate, key, clientId, audience, now } = options;
  if (!certificateFits(certificate, key))
    return err('the certificate of the application and its key do not fit together');
  const privateKey = createPrivateKey(key);
  if (privateKey.asymmetricKeyType !== 'rsa') return err('the key of the application is not an RSA key');
  const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
  const seconds = Math.floor(now / 1_000_000);
  const token = new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience.href)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + lifetimeSeconds);
  try {
    return ok(await token.sign(privateKey));
  } catch {
    return err('the key of the application is too short to sign with');
  }
}

const lifetimeSeconds = 10 * 60;
