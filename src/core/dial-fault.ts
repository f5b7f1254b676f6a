/**
 * Why a target could not be reached, as a short lowercase phrase that follows a colon: `connection refused`. Chosen from a
 * closed list by error code: the text of the error itself may hold bytes of the peer and is never shown.
 */
export function dialFault(error: unknown): string {
  const code = codeOf(error);
  return phrases.get(code) ?? (tlsCode.test(code) ? 'TLS handshake failed' : 'connection failed');
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

const tlsCode = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/;

const phrases: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['ETIMEDOUT', 'timed out'],
  ['ENOTFOUND', 'host not found'],
  ['EAI_AGAIN', 'host not found'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ['EADDRNOTAVAIL', 'network unreachable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate is not trusted: self-signed certificate'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate is not trusted: unknown authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate is not trusted: unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate is not trusted: unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate is not trusted: unknown authority'],
  ['CERT_SIGNATURE_FAILURE', 'certificate is not trusted: bad signature'],
  ['CERT_HAS_EXPIRED', 'certificate is not trusted: expired'],
  ['CERT_NOT_YET_VALID', 'certificate is not trusted: not valid yet'],
  ['CERT_REVOKED', 'certificate is not trusted: revoked'],
  ['CERT_UNTRUSTED', 'certificate is not trusted'],
  ['CERT_REJECTED', 'certificate is not trusted'],
  ['INVALID_CA', 'certificate is not trusted: invalid authority'],
  ['INVALID_PURPOSE', 'certificate is not trusted: made for another purpose'],
  ['HOSTNAME_MISMATCH', 'certificate is for another name'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate is for another name'],
]);
