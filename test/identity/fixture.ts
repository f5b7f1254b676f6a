import { CompactSign, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Clock, instant } from '../../src/base/clock.ts';
import { ok } from '../../src/base/result.ts';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import type { KeySource } from '../../src/identity/key-source.ts';

export const issuerUrl = 'https://issuer.example';
/** 2026-11-21T12:00:00Z, in seconds: the time of every test unless it moves the clock. */
export const noon = Date.UTC(2026, 10, 21, 12) / 1000;

export class TestClock implements Clock {
  seconds = noon;

  now(): ReturnType<Clock['now']> {
    return instant(this.seconds * 1_000_000);
  }

  monotonic(): number {
    return this.seconds * 1000;
  }
}

/** One key pair, and tokens signed with it. */
export interface Signer {
  readonly jwk: JWK;
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs any text, also what no library would write. */
  signText(payload: string): Promise<string>;
}

export async function newSigner(algorithm = 'ES256', kid = 'key-1'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid },
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid, ...header }).sign(privateKey),
    signText: (payload) =>
      new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: algorithm, kid }).sign(privateKey),
  };
}

/** Keys that the test owns: replaced whole, as an issuer does. */
export function keySourceOf(
  ...signers: readonly Signer[]
): KeySource & { publish(...signers: readonly Signer[]): void } {
  let published = signers;
  let find = createLocalJWKSet({ keys: published.map(({ jwk }) => jwk) });
  return {
    publish: (...next) => {
      published = next;
      find = createLocalJWKSet({ keys: published.map(({ jwk }) => jwk) });
    },
    keysFor: async () => ok({ version: JSON.stringify(published.map(({ jwk }) => jwk)), find }),
  };
}

export function entry(settings: Partial<IssuerSettings> = {}): IssuerSettings {
  return {
    id: 'demo',
    issuer: issuerUrl,
    audience: 'sluice',
    profile: 'generic',
    require: new Map(),
    groups: [],
    groupsFrom: null,
    jwksUri: null,
    ca: null,
    subject: 'sub',
    ...settings,
  };
}

/** Claims of a good token. */
export function claims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { iss: issuerUrl, aud: 'sluice', sub: 'nightly-etl', iat: noon, exp: noon + 300, ...more };
}

/** A token made of any two JSON texts: what no library would sign. */
export function rawToken(header: string, payload: string, signature = 'c2lnbmF0dXJl'): string {
  return `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}.${signature}`;
}
