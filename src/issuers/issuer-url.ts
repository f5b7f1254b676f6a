import { err, ok, type Result } from '../base/result.ts';

/** A URL that keys may come from: https, or http on loopback, without credentials. The error is a phrase. */
export function parseIssuerUrl(text: string): Result<URL, string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return err('is not a URL');
  if (url.username !== '' || url.password !== '') return err('holds credentials');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return ok(url);
  return err('is neither https nor http on loopback');
}

/** OpenID Connect Discovery, 4: a slash at the end of the issuer is dropped before the path is appended. */
export function discoveryUrl(issuer: string): Result<URL, string> {
  return parseIssuerUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/** Where a discovery document says the keys are. What was found over TLS is not left for what anyone could have sent. */
export function keyLocation(stated: string, discovery: URL): Result<URL, string> {
  const url = parseIssuerUrl(stated);
  return url.ok && url.value.protocol === 'http:' && discovery.protocol === 'https:' ? err('is not https') : url;
}

/** Hosts are as the URL parser spells them: `127.1` is `127.0.0.1` by then. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
