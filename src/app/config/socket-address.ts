import { isIP, isIPv4 } from 'node:net';

/** Where a listener listens. */
export interface SocketAddress {
  /** An IP address without brackets, or `localhost`. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** `127.0.0.1:15432`, `[::1]:15432`, `localhost:15432`; null for anything else. */
export function parseSocketAddress(text: string): SocketAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const [, bracketed, bare, digits] = match;
  const port = Number(digits);
  if (port > 65535) return null;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed.toLowerCase(), port } : null;
  if (bare === undefined || !(isIPv4(bare) || bare === 'localhost')) return null;
  return { host: bare, port };
}

export function printSocketAddress({ host, port }: SocketAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True where only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** True where two listeners could not both have their address. */
export function overlaps(a: SocketAddress, b: SocketAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || isWildcard(a.host) || isWildcard(b.host) || bothLocal(a.host, b.host);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bothLocal(a: string, b: string): boolean {
  const names = new Set(['localhost', '127.0.0.1', '::1']);
  return (a === 'localhost' || b === 'localhost') && names.has(a) && names.has(b);
}
