import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { keyIdOf, type VerifierKey } from './verifier-key.ts';

/** Signs heads. The secret may be elsewhere (a key service), so signing may take a while. */
export interface Signer {
  /** Names the key in every signature; the instance. */
  readonly keyName: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
  sign(bytes: Buffer): Promise<Buffer>;
}

/** A signer whose Ed25519 secret is in this process. `pem` is PKCS #8. Throws where it is no such key. */
export function ed25519Signer(keyName: string, pem: string): Signer {
  const secret = createPrivateKey(pem);
  if (secret.asymmetricKeyType !== 'ed25519') throw new TypeError('the signing key is not an Ed25519 key');
  return {
    keyName,
    publicKey: rawPublicKey(createPublicKey(secret)),
    sign: (bytes) => Promise.resolve(sign(null, bytes, secret)),
  };
}

/** The public half of a signer, as verifiers hold it. */
export function verifierKeyOf(signer: Signer): VerifierKey {
  return { name: signer.keyName, id: keyIdOf(signer.keyName, signer.publicKey), publicKey: signer.publicKey };
}

export function verifyEd25519(key: VerifierKey, bytes: Buffer, signature: Buffer): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.publicKey.toString('base64url') };
  return verify(null, bytes, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
