import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';

/** What a proxy says of the client whose connection it passes on. */
export type ProxyHeader =
  /** The proxy speaks for itself: a health check. */
  { readonly kind: 'local' } | { readonly kind: 'client'; readonly address: string; readonly port: number };

/**
 * Reads the header of PROXY protocol version 2 (haproxy's `proxy-protocol.txt`, section 2.2) in front of a connection; what
 * follows it is left in the socket. A phrase instead of a header says what is wrong; the socket is then to be closed.
 */
export function readProxyHeader(socket: Socket, timeoutMs: number, done: (header: ProxyHeader | string) => void): void {
  let read: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => settle('the PROXY header did not come in time'), timeoutMs);
  const more = (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    const decoded = decodeProxyHeader(read);
    if (decoded !== null) settle(decoded);
  };
  const gone = () => settle('the proxy hung up');

  function settle(outcome: Decoded | string): void {
    clearTimeout(timer);
    socket.off('data', more).off('close', gone).off('end', gone).off('error', gone);
    if (typeof outcome === 'string') {
      done(outcome);
      return;
    }
    if (read.length > outcome.length) socket.unshift(read.subarray(outcome.length));
    done(outcome.header);
  }

  socket.on('data', more).once('close', gone).once('end', gone).once('error', gone);
}

interface Decoded {
  readonly header: ProxyHeader;
  /** Bytes of the header, with its extensions. */
  readonly length: number;
}

/** The header that `bytes` begin with; null while more must come; a phrase where they are none. */
export function decodeProxyHeader(bytes: Buffer): Decoded | string | null {
  const known = Math.min(bytes.length, signature.length);
  if (!bytes.subarray(0, known).equals(signature.subarray(0, known))) {
    return 'the connection does not begin with a PROXY header of version 2';
  }
  if (bytes.length < fixedBytes) return null;
  const command = bytes[12] ?? 0;
  const family = bytes[13] ?? 0;
  const rest = bytes.readUInt16BE(14);
  if (command >> 4 !== 2) return 'the PROXY header is of another version than 2';
  if (rest > longestRest) return `the PROXY header is longer than ${longestRest} bytes`;
  const length = fixedBytes + rest;
  if ((command & 15) === 0) return bytes.length < length ? null : { header: { kind: 'local' }, length };
  if ((command & 15) !== 1) return 'the PROXY header has an unknown command';
  const addressBytes = family === tcp4 ? 4 : family === tcp6 ? 16 : 0;
  if (addressBytes === 0) return 'the PROXY header names something other than a TCP client';
  if (rest < 2 * addressBytes + 4) return 'the PROXY header is too short for its addresses';
  if (bytes.length < length) return null;
  const address = bytes.subarray(fixedBytes, fixedBytes + addressBytes);
  const port = bytes.readUInt16BE(fixedBytes + 2 * addressBytes);
  return { header: { kind: 'client', address: printAddress(address), port }, length };
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const fixedBytes = 16;
/** Addresses and extensions; the longest that haproxy makes, with a certificate's names in it, is far below. */
const longestRest = 4096;
const tcp4 = 0x11;
const tcp6 = 0x21;

function printAddress(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  // An IPv4 client behind an IPv6 proxy; policies and entries know it by its own address.
  if (bytes.subarray(0, 12).equals(mapped)) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  const text = groups.join(':');
  return isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}

const mapped = Buffer.from('00000000000000000000ffff', 'hex');
