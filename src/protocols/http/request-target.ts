import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';

/** Path and query of a request, decoded once. */
export interface RequestTarget {
  /** Without the slashes; empty for `/`. */
  readonly path: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads the target of a request line (RFC 9112, 3.2.1) so that there is one reading of it only. Whatever two servers could read
 * in two ways is refused: dot segments, empty segments, encoded slashes, backslashes, path parameters behind `;`, control
 * characters, what is encoded twice, and a name that a query states twice.
 */
export function parseRequestTarget(text: string): Result<RequestTarget, Denial> {
  if (/^https?:\/\//i.test(text)) return err(absoluteForm);
  if (!/^\/[!-~]*$/.test(text) || text.includes('#')) return err(malformed('is no path of visible ASCII characters'));
  const mark = text.indexOf('?');
  const path = readPath(mark < 0 ? text : text.slice(0, mark));
  if (typeof path === 'string') return err(malformed(path));
  const query = readQuery(mark < 0 ? '' : text.slice(mark + 1));
  return typeof query === 'string' ? err(malformed(query)) : ok({ path, query });
}

/** What is sent on: spelt anew from what was read, so that nothing else is. */
export function spellRequestTarget(base: string, { path, query }: RequestTarget): string {
  const spelt = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `${base}/${path.map(spellSegment).join('/')}${spelt.length === 0 ? '' : `?${spelt.join('&')}`}`;
}

/** The error is a phrase that repeats nothing of what it is about. */
function readPath(text: string): readonly string[] | string {
  if (text === '/') return [];
  const segments: string[] = [];
  for (const part of text.slice(1).split('/')) {
    const segment = decoded(part);
    if (segment === null) return 'is not percent-encoded UTF-8';
    if (segment === '') return 'has an empty segment: two slashes, or one at its end';
    if (segment === '.' || segment === '..') return 'has a dot segment';
    if (ambiguous.test(segment))
      return 'has a segment with a slash, a backslash, a semicolon, a percent sign or a control character';
    segments.push(segment);
  }
  return segments;
}

function readQuery(text: string): RequestTarget['query'] | string {
  if (text === '') return [];
  const names = new Set<string>();
  const query: (readonly [string, string])[] = [];
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const name = decoded(plusAsBlank(equals < 0 ? pair : pair.slice(0, equals)));
    const value = decoded(plusAsBlank(equals < 0 ? '' : pair.slice(equals + 1)));
    if (name === null || value === null) return 'has a query that is not percent-encoded UTF-8';
    if (name === '' || names.has(name)) return 'has a query with a parameter that has no name, or is there twice';
    if (control.test(name) || control.test(value)) return 'has a query with a control character';
    names.add(name);
    query.push([name, value]);
  }
  return query;
}

/** Forms of browsers and most clients write a blank so. */
function plusAsBlank(text: string): string {
  return text.replaceAll('+', ' ');
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Characters that RFC 3986 lets stand in a segment stay, but for those that some servers give a meaning. */
function spellSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(3A|40|2C|3D|24|26)/g, (code) => decodeURIComponent(code));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ambiguous = /[/\\;%\u0000-\u001f\u007f-\u009f]/;

function malformed(phrase: string): Denial {
  return {
    code: 'invalid_request',
    message: `the target of the request ${phrase}`,
    hint: 'send the path as the route is listed, with each parameter percent-encoded once',
  };
}

const absoluteForm: Denial = {
  code: 'invalid_request',
  message: 'the request names its server in the request line, as requests to a proxy do',
  hint: 'Sluice is the server: send the path alone, and use its address as the base URL rather than as a proxy',
};
