import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refuse.ts';

/**
 * Refuses requests whose Host names nobody this gateway is known as: a page on another site that makes its own name resolve
 * to this address (DNS rebinding) would otherwise be same-origin with the API.
 */
export function hostHook(known: KnownAs): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const names = new Set([...loopback, ...namesOf(known)]);
  // Bound to every address, the gateway cannot know its own; an address in place of a name cannot be rebound.
  const anyAddress = wildcard.has(hostName(known.address));
  return async (request, reply) => {
    const host = hostName(request.headers.host ?? '');
    if (names.has(host) || (anyAddress && isIP(host) !== 0)) return undefined;
    return refuse(reply, {
      code: 'forbidden',
      message: 'the Host header is not a name of this gateway',
      hint: 'use the address of api.address or the host of api.publicUrl',
    });
  };
}

export interface KnownAs {
  /** `host:port` as configured under `api.address`. */
  readonly address: string;
  readonly publicUrl: string | null;
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '::1'];
const wildcard: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

function namesOf({ address, publicUrl }: KnownAs): readonly string[] {
  const bound = hostName(address);
  const published = publicUrl === null ? '' : hostName(new URL(publicUrl).host);
  return [bound, published].filter((name) => !wildcard.has(name));
}

/** The name without port and brackets, in lower case; empty where it cannot be read. */
function hostName(authority: string): string {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(authority);
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}
