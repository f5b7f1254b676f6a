import { X509Certificate } from 'node:crypto';

/** The authorities whose clients may connect at all. A certificate opens the door; who comes in is still for the token to say. */
export class ClientAuthority {
  readonly #authorities: readonly X509Certificate[];

  /** @param pem one or more certificates. Throws where there is none, or one cannot be read. */
  constructor(pem: string) {
    this.#authorities = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (one) => new X509Certificate(one),
    );
    if (this.#authorities.length === 0) throw new Error('the file of the client authority holds no certificate');
  }

  /** Null: the certificate is good now. Else a phrase. The handshake has shown that the client holds its key. */
  refusal(certificate: X509Certificate | undefined, now: Date): string | null {
    if (certificate === undefined) return 'the client presented no certificate';
    if (certificate.validFromDate > now) return 'the certificate of the client is not valid yet';
    if (certificate.validToDate < now) return 'the certificate of the client has expired';
    // Extended key usages by their OIDs (RFC 5280, 4.2.1.12); a certificate without the extension may be used for anything.
    if (certificate.keyUsage !== undefined && !certificate.keyUsage.includes(clientAuthentication)) {
      return 'the certificate of the client is not one for clients';
    }
    const issued = this.#authorities.some(
      (authority) => authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    );
    return issued ? null : 'the certificate of the client is not of the configured authority';
  }
}

const clientAuthentication = '1.3.6.1.5.5.7.3.2';
