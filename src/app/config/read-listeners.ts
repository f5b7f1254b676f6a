import { isIP } from 'node:net';
import { parseConnectionName } from '../../core/ids.ts';
import type { HttpListener, ListenerSettings, ListenerTls, PostgresListener } from './configuration.ts';
import { laterProtocols, notCarried } from './not-carried.ts';
import { isLoopback, overlaps, parseSocketAddress, printSocketAddress, type SocketAddress } from './socket-address.ts';
import { type Fields, type Spot, whole } from './spot.ts';

/** `listeners:`. Addresses may not overlap with each other, nor with `taken`. */
export function readListeners(spot: Spot): readonly ListenerSettings[] | undefined {
  const children = spot.children();
  if (children?.size === 0) return spot.fault('there is no listener here; add one, or nobody can connect.');
  const listeners: ListenerSettings[] = [];
  for (const [name, child] of children ?? []) {
    const listener = readListener(name, child);
    const rival = listeners.find(({ address }) => listener !== undefined && overlaps(address, listener.address));
    if (rival !== undefined)
      child.fault(`the address is that of listener \`${rival.name}\` too; give it another port.`);
    if (listener !== undefined) listeners.push(listener);
  }
  return listeners;
}

export function readAddress(spot: Spot): SocketAddress | undefined {
  const text = spot.text();
  if (text === undefined) return undefined;
  return (
    parseSocketAddress(text) ??
    spot.fault('this must be an address and a port, such as 127.0.0.1:15432 or "[::1]:15432".')
  );
}

export function readProtocol(spot: Spot): 'postgres' | 'http' | undefined {
  if (laterProtocols.includes(spot.written() ?? '')) return notCarried(spot, 'protocol');
  return spot.oneOf(['postgres', 'http']);
}

function readListener(name: string, spot: Spot): ListenerSettings | undefined {
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name)) {
    spot.faultAtKey(
      'the name of a listener starts with a small letter and has small letters, digits, - and _ only, at most 32.',
    );
  }
  const fields = spot.fields(isHttp(spot) ? httpKeys : postgresKeys);
  if (fields === undefined) return undefined;
  const protocol = fields.required('protocol', readProtocol);
  const address = fields.required('address', readAddress);
  const tls = fields.optional('tls', { kind: 'auto' } as const, (child) => readTls(child, address));
  return protocol === 'http'
    ? whole<HttpListener>({
        name,
        protocol,
        address,
        tls,
        connection: fields.required('connection', readConnectionName),
      })
    : whole<PostgresListener>({ name, protocol, address, tls, ...readDoor(fields, tls) });
}

/** The keys depend on it, so that it is looked at before they are. */
function isHttp(spot: Spot): boolean {
  return spot.isMap() && spot.children()?.get('protocol')?.written() === 'http';
}

const postgresKeys = ['protocol', 'address', 'tls', 'auth', 'clientAuthority', 'proxyProtocol'];
const httpKeys = ['protocol', 'address', 'tls', 'connection'];

function readDoor(fields: Fields, tls: ListenerTls | undefined) {
  return {
    auth: fields.optional('auth', 'token' as const, (child) => child.oneOf(['token', 'scram'])),
    clientAuthority: fields.optional('clientAuthority', null, (child) =>
      tls?.kind === 'off'
        ? child.fault('without TLS no client shows a certificate; set `tls`.')
        : child.existing('file'),
    ),
    proxyProtocol: fields.optional('proxyProtocol', [], (child) => child.list(readNetwork)),
  };
}

function readConnectionName(spot: Spot): HttpListener['connection'] | undefined {
  return parseConnectionName(spot.text() ?? '') ?? spot.fault('this must be the name of a connection below.');
}

function readTls(spot: Spot, address: SocketAddress | undefined): ListenerTls | undefined {
  if (spot.isMap()) {
    const fields = spot.fields(['cert', 'key']);
    const cert = fields?.required('cert', (child) => child.existing('file'));
    const key = fields?.required('key', (child) => child.existing('file'));
    return whole<ListenerTls & { readonly kind: 'files' }>({ kind: 'files', cert, key });
  }
  const kind = spot.oneOf(['auto', 'off']);
  if (kind === 'off' && address !== undefined && !isLoopback(address.host)) {
    return spot.fault(
      `tokens would cross the network in the clear at ${printSocketAddress(address)}; use \`tls: auto\`, or listen on 127.0.0.1.`,
    );
  }
  return kind === undefined ? undefined : { kind };
}

function readNetwork(spot: Spot): string | undefined {
  const text = spot.text();
  if (text === undefined) return undefined;
  const [address = '', bits = '', ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most) return text;
  return spot.fault('this must be a network such as 10.0.0.0/8, 192.0.2.7/32 or "2001:db8::/32".');
}
