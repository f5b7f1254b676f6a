import { createHash, X509Certificate } from 'node:crypto';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import { certificateFits } from '../base/certificate-fits.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { TargetAddress } from '../core/connection.ts';
import { type TargetTls, targetTls } from '../core/target-tls.ts';
import type { SessionFault } from './target-denials.ts';

/** TLS towards a target as the driver wants to be told; `false`: without. The same as for sessions. */
export function driverTls(target: TargetAddress): Result<ConnectionOptions | false, SessionFault> {
  const tls = targetTls(target);
  if (tls === null) return ok(false);
  const secureContext = contextOf(tls);
  if (!secureContext.ok) return secureContext;
  const { identity } = tls;
  return ok({
    secureContext: secureContext.value,
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: (_, certificate) =>
      identity === null ? undefined : checkServerIdentity(identity, certificate),
  });
}

// Kept: reading the system's authorities takes a tenth of a second. Certificates are renewed, so old ones are let go of.
const contexts = new Lru<string, SecureContext>(64);

function contextOf({ authorities, certificate }: TargetTls): Result<SecureContext, SessionFault> {
  const name = createHash('sha256')
    .update(JSON.stringify([authorities, certificate]))
    .digest('hex');
  const known = contexts.get(name);
  if (known !== undefined) return ok(known);
  if (authorities !== null && !isCertificate(authorities)) return err({ kind: 'bad-authority' });
  const ca = authorities ?? [...getCACertificates('bundled'), ...getCACertificates('system')];
  if (certificate !== null && !certificateFits(certificate.certificate, certificate.key)) {
    return err({ kind: 'bad-certificate' });
  }
  const shown = certificate === null ? {} : { cert: certificate.certificate, key: certificate.key };
  try {
    const made = createSecureContext({ ca, ...shown, minVersion: 'TLSv1.2' });
    contexts.set(name, made);
    return ok(made);
  } catch {
    return err({ kind: certificate === null ? 'bad-authority' : 'bad-certificate' });
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
