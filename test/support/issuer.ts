import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A real issuer on loopback: discovery, keys, and tokens of any shape, good and bad. */
export interface TestIssuer {
  readonly url: string;
  readonly privateKey: CryptoKey;
  token(claims: Record<string, unknown>, options?: TokenOptions): Promise<string>;
  /** Signs with another key from now on, and publishes that one alone. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export interface TokenOptions {
  readonly audience?: string;
  /** Seconds from now; negative: expired. */
  readonly lifetime?: number;
  readonly issuer?: string;
  readonly key?: CryptoKey;
}

export async function startIssuer(): Promise<TestIssuer> {
  let current = await signingKey('test');
  let rotations = 0;
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(request.url === '/jwks' ? { keys: [current.jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    privateKey: current.privateKey,
    async rotate() {
      rotations += 1;
      current = await signingKey(`test-${rotations}`);
    },
    token: (claims, { audience = 'sluice', lifetime = 3600, issuer = url, key = current.privateKey } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: current.jwk.kid ?? '', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(lifetime < 0 ? now + lifetime - 60 : now)
        .setExpirationTime(now + lifetime)
        .sign(key);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function signingKey(kid: string): Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}
