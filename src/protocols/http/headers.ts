import type { Header } from '../../core/http-header.ts';

/** The one value of a header; null where it is not there, undefined where it is there more than once. */
export function single(headers: readonly Header[], name: string): string | null | undefined {
  const values = headers.filter(([known]) => known === name);
  return values.length > 1 ? undefined : (values[0]?.[1] ?? null);
}

/**
 * What goes on to the target of what a client sent. A list of what may rather than of what may not: servers read methods,
 * paths, users and addresses out of headers that nobody has a list of.
 */
export function forwardedHeaders(headers: readonly Header[], protecting: boolean): readonly Header[] {
  return headers.filter(
    ([name]) => steering.has(name) || describing.has(name) || (!protecting && conditional.has(name)),
  );
}

/** Those of them that may change what the target does: an approval is for these, too. */
export function isSteering([name]: Header): boolean {
  return steering.has(name) || conditional.has(name);
}

/** Every header that is read or passed on, so that two of a kind would be ambiguous. */
export function isRead(name: string): boolean {
  return steering.has(name) || describing.has(name) || conditional.has(name) || own.has(name);
}

/** What goes back of an answer that is not masked: all but what concerns one link, Sluice's credential, or a way past Sluice. */
export function returnedHeaders(headers: readonly Header[]): readonly Header[] {
  const named = headers
    .filter(([name]) => name === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','));
  const hops = new Set(named.map((name) => name.trim()));
  return headers.filter(([name]) => !kept.has(name) && !hops.has(name));
}

const steering: ReadonlySet<string> = new Set(['accept', 'content-type', 'idempotency-key', 'prefer']);
const describing: ReadonlySet<string> = new Set([
  'accept-language',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-request-id',
]);
/** Of use with a tag of the answer, which a masked answer has not: there they could only be guessed at. */
const conditional: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
]);
const own: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'host',
  'sluice-purpose',
  'sluice-reason',
  'sluice-ticket',
]);
/** Of one hop (RFC 9110, 7.6.1), of Sluice's credential, or of a way past Sluice. */
const kept: ReadonlySet<string> = new Set([
  'alt-svc',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'www-authenticate',
]);
