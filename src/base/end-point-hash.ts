import { createHash } from 'node:crypto';
import { Reader } from './reader.ts';
import { WireError } from './wire-error.ts';

/**
 * Channel binding data of the type `tls-server-end-point` (RFC 5929, section 4.1): the hash of a server's certificate, by the
 * hash function of the certificate's own signature, SHA-256 in place of MD5 and SHA-1. Null where the signature has no single
 * hash function (Ed25519, Ed448) or one that is not known: there the channel cannot be bound.
 *
 * @param certificate DER
 */
export function endPointHash(certificate: Buffer): Buffer | null {
  const hash = signatureHash(certificate);
  return hash === null ? null : createHash(hash).update(certificate).digest();
}

/** `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters }, signature }` (RFC 5280, 4.1). */
function signatureHash(certificate: Buffer): string | null {
  try {
    const whole = content(new Reader(certificate), tag.sequence);
    content(whole, tag.sequence);
    const algorithm = content(whole, tag.sequence);
    const identifier = objectIdentifier(algorithm);
    return identifier === rsaPss ? pssHash(algorithm) : (signatureHashes.get(identifier) ?? null);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/** RFC 4055, 3.1: `SEQUENCE { [0] hashAlgorithm DEFAULT sha1, ... }`. */
function pssHash(algorithm: Reader): string | null {
  const parameters = content(algorithm, tag.sequence);
  if (parameters.remaining === 0) return 'sha256';
  const [first, value] = element(parameters);
  if (first !== tag.explicit0) return 'sha256';
  return hashes.get(objectIdentifier(content(value, tag.sequence))) ?? null;
}

/** Object identifiers as the hexadecimal digits of their content. */
function objectIdentifier(reader: Reader): string {
  const value = content(reader, tag.objectIdentifier);
  return value.span(value.remaining).toString('hex');
}

function content(reader: Reader, expected: number): Reader {
  const [found, value] = element(reader);
  if (found !== expected) throw new WireError('a certificate with something else in this place');
  return value;
}

/** DER (X.690): one byte of tag, a definite length, the content. */
function element(reader: Reader): readonly [number, Reader] {
  const found = reader.uint8();
  const first = reader.uint8();
  if (first < 0x80) return [found, new Reader(reader.span(first))];
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3) throw new WireError('a certificate with an impossible length');
  let length = 0;
  for (let index = 0; index < octets; index += 1) length = length * 256 + reader.uint8();
  return [found, new Reader(reader.span(length))];
}

const tag = { objectIdentifier: 0x06, sequence: 0x30, explicit0: 0xa0 } as const;

/** 1.2.840.113549.1.1.10 */
const rsaPss = '2a864886f70d01010a';

const signatureHashes: ReadonlyMap<string, string> = new Map([
  // 1.2.840.113549.1.1.x: RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224.
  ['2a864886f70d010104', 'sha256'],
  ['2a864886f70d010105', 'sha256'],
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a864886f70d01010e', 'sha224'],
  // 1.2.840.10045.4.x: ECDSA with SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
  ['2a8648ce3d0401', 'sha256'],
  ['2a8648ce3d040301', 'sha224'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]);

const hashes: ReadonlyMap<string, string> = new Map([
  // 1.2.840.113549.2.5 MD5, 1.3.14.3.2.26 SHA-1, 2.16.840.1.101.3.4.2.x SHA-2.
  ['2a864886f70d0205', 'sha256'],
  ['2b0e03021a', 'sha256'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
  ['608648016503040204', 'sha224'],
]);
