import { isUtf8 } from 'node:buffer';
import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import type { Header } from '../../core/http-header.ts';
import type { RequestHead } from '../../core/http-machine.ts';
import type { Limits } from '../../core/limits.ts';
import type { StatedValues } from '../../core/question.ts';
import { type HttpMethod, httpMethods } from '../../core/route-template.ts';
import { isRead, single } from './headers.ts';
import { isJsonType } from './media-type.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';

/** A request that can be read in one way only. */
export interface ReadHead {
  readonly method: HttpMethod;
  readonly target: RequestTarget;
  readonly headers: readonly Header[];
  /** A body follows; else there must be none. */
  readonly body: boolean;
  readonly stated: StatedValues;
}

export function readHead({ method, target, version, headers }: RequestHead, limits: Limits): Result<ReadHead, Denial> {
  if (version !== '1.1') return err(oldVersion);
  if (headers.some(([name]) => name === 'upgrade')) return err(noUpgrade);
  const twice = repeated(headers);
  if (twice !== null) return err(ambiguousHeader(twice));
  const known = httpMethods.find((candidate) => candidate === method);
  if (known === undefined) return err(unknownMethod);
  const read = parseRequestTarget(target);
  if (!read.ok) return read;
  const content = contentFault(known, headers, limits);
  if (content !== null) return err(content);
  const stated = {
    reason: textOf(headers, 'sluice-reason'),
    purpose: textOf(headers, 'sluice-purpose'),
    ticket: textOf(headers, 'sluice-ticket'),
  };
  return ok({ method: known, target: read.value, headers, body: announcesBody(headers), stated });
}

/** The token or ticket of RFC 6750, 2.1. Read even where nothing else can be: who asks is asked first. */
export function bearerOf(headers: readonly Header[], limits: Limits): Result<string, Denial> {
  const value = single(headers, 'authorization');
  const token = typeof value === 'string' ? /^bearer +(\S+)$/i.exec(value)?.[1] : undefined;
  if (token === undefined) return err(value === undefined ? ambiguousHeader('authorization') : noToken);
  return token.length > limits.tokenBytes ? err(longToken(limits)) : ok(token);
}

function repeated(headers: readonly Header[]): string | null {
  const seen = new Set<string>();
  for (const [name] of headers) {
    if (isRead(name) && seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

function announcesBody(headers: readonly Header[]): boolean {
  if (headers.some(([name]) => name === 'transfer-encoding')) return true;
  return headers.some(([name, value]) => name === 'content-length' && !/^0+$/.test(value));
}

function contentFault(method: HttpMethod, headers: readonly Header[], limits: Limits): Denial | null {
  if (!announcesBody(headers)) return null;
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') return bodyless(method);
  const encoding = single(headers, 'content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return encoded;
  if (!isJsonType(single(headers, 'content-type') ?? null)) return notJsonType;
  return Number(single(headers, 'content-length') ?? 0) > limits.bodyBytes ? longBody(limits) : null;
}

/** Headers come as bytes that Node reads as Latin-1; a reason in another script is UTF-8. */
function textOf(headers: readonly Header[], name: string): string | null {
  const value = single(headers, name);
  if (value === null || value === undefined) return null;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

export function longBody({ bodyBytes }: Limits): Denial {
  return {
    code: 'limit_exceeded',
    message: `the body of the request is longer than ${bodyBytes} bytes (bodyBytes)`,
    hint: 'send less at a time',
  };
}

export const notJson: Denial = {
  code: 'invalid_request',
  message:
    'the body is not JSON that everybody reads alike: valid UTF-8, no name twice in an object, nothing behind it',
  hint: 'send one JSON text without a byte order mark',
};

export const unannounced: Denial = {
  code: 'protocol_violation',
  message: 'a body follows the request that its headers do not announce',
  hint: 'send fewer headers, with Content-Length or Transfer-Encoding among the first',
};

const oldVersion: Denial = {
  code: 'not_supported',
  message: 'the request is not HTTP/1.1',
  hint: 'use a client that speaks HTTP/1.1',
};
const noUpgrade: Denial = {
  code: 'not_supported',
  message: 'the request asks to change the protocol of the connection',
  hint: 'leave out the header Upgrade; WebSockets and HTTP/2 over it are not carried',
};
const unknownMethod: Denial = {
  code: 'not_supported',
  message: 'the method of the request is not carried',
  hint: `use one of ${httpMethods.join(', ')}`,
};
const encoded: Denial = {
  code: 'content_unsupported',
  message: 'the body of the request is compressed',
  hint: 'send it without Content-Encoding',
};
const notJsonType: Denial = {
  code: 'content_unsupported',
  message: 'the body of the request is not said to be JSON in UTF-8',
  hint: 'send it with Content-Type: application/json',
};
const noToken: Denial = {
  code: 'token_required',
  message: 'the request presents no token',
  hint: 'send a token or ticket in the header Authorization: Bearer TOKEN',
};

function bodyless(method: HttpMethod): Denial {
  return {
    code: 'invalid_request',
    message: `a body follows a ${method}, which has none`,
    hint: 'send what selects in the path or the query',
  };
}

function ambiguousHeader(name: string): Denial {
  return { code: 'invalid_request', message: `the header ${name} is there more than once`, hint: 'send it once' };
}

function longToken({ tokenBytes }: Limits): Denial {
  return {
    code: 'limit_exceeded',
    message: `the token is longer than ${tokenBytes} bytes (tokenBytes)`,
    hint: 'exchange it for a ticket at /oauth/token',
  };
}
