import { isLoopback } from './socket-address.ts';
import type { Spot } from './spot.ts';

/** An `https:` URL, or an `http:` one of this machine. Kept as written: issuers are compared letter by letter. */
export function readUrl(spot: Spot): string | undefined {
  const text = spot.text();
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return spot.fault('this must be a URL, such as https://sluice.example.');
  }
  if (url.username !== '' || url.password !== '')
    return spot.fault('a URL must not hold a user or a password; remove them.');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    return spot.fault('`http:` is accepted on loopback only, since anybody on the way could answer; use `https:`.');
  }
  if (url.search !== '' || url.hash !== '')
    return spot.fault('a URL here has no `?` and no `#`; remove what follows them.');
  return text;
}
