import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';
import { Lru } from '../base/lru.ts';
import { refuse } from './refuse.ts';

/** More than a console with several tabs and a scraper need; a loop that went wild meets it. */
export const requestsPerSecond = 50;
export const burst = 200;
/** Addresses remembered at once. One that is forgotten starts with a full bucket. */
const addresses = 10_000;

/** A token bucket per client address, before anything costs time. */
export function rateHook(clock: Clock): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const buckets = new Lru<string, Bucket>(addresses);
  return async (request, reply) => {
    const now = clock.monotonic();
    const bucket = buckets.get(request.ip) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * requestsPerSecond);
    buckets.set(request.ip, { left: Math.max(0, left - 1), at: now });
    if (left >= 1) return undefined;
    reply.header('retry-after', '1');
    return refuse(reply, {
      code: 'rate_limited',
      message: 'too many requests from this address',
      hint: `at most ${requestsPerSecond} a second; wait a second and ask again`,
    });
  };
}

interface Bucket {
  readonly left: number;
  readonly at: number;
}
