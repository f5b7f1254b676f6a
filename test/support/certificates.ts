import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM of a certificate and its key (PKCS #8), and DER of the certificate. */
export interface MadeCertificate {
  readonly key: string;
  readonly cert: string;
  readonly der: Buffer;
}

/** How a certificate is signed: what its channel binding is made with follows from it. */
export const signatures = {
  'RSA with SHA-1': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1', ...rsa() },
  'RSA with SHA-256': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', ...rsa() },
  'RSA with SHA-384': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384', ...rsa() },
  'RSA with SHA-512': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', ...rsa() },
  'RSA-PSS with SHA-256': { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32, ...rsa() },
  'RSA-PSS with SHA-384': { name: 'RSA-PSS', hash: 'SHA-384', saltLength: 48, ...rsa() },
  'ECDSA with SHA-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ECDSA with SHA-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'ECDSA with SHA-512': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-512' },
  Ed25519: { name: 'Ed25519' },
} as const;

export type Signature = keyof typeof signatures;

/** An authority, or a server for `localhost` and `127.0.0.1`, signed by itself. */
export async function selfSigned(
  signature: Signature,
  options: { readonly name?: string; readonly authority?: boolean } = {},
): Promise<MadeCertificate> {
  const signingAlgorithm = signatures[signature];
  const keys = await generate(signature);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${options.name ?? 'localhost'}`,
    ...validity(),
    keys,
    signingAlgorithm,
    extensions:
      options.authority === true
        ? [new BasicConstraintsExtension(true, 0, true)]
        : [
            new SubjectAlternativeNameExtension([
              { type: 'dns', value: 'localhost' },
              { type: 'ip', value: '127.0.0.1' },
            ]),
          ],
  });
  return made(certificate, keys.privateKey);
}

/** A client's certificate: its common name is the role it logs in as. */
export async function clientCertificate(
  authority: MadeCertificate,
  signature: Signature,
  name: string,
): Promise<MadeCertificate> {
  const algorithm = signatures[signature];
  const keys = await generate(signature);
  const [der] = PemConverter.decode(authority.key);
  if (der === undefined) throw new Error('the authority has no key');
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${name}`,
    issuer: new X509Certificate(authority.cert).subject,
    ...validity(),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  });
  return made(certificate, keys.privateKey);
}

async function generate(signature: Signature): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(signatures[signature], true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new Error('no pair of keys');
  return keys;
}

async function made(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<MadeCertificate> {
  return {
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'),
    cert: `${certificate.toString('pem')}\n`,
    der: Buffer.from(certificate.rawData),
  };
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const day = 24 * 60 * 60 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) };
}

function rsa(): { readonly modulusLength: 2048; readonly publicExponent: Uint8Array<ArrayBuffer> } {
  return { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
}
