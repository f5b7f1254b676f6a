import { exportSPKI, importJWK, SignJWT } from 'jose';
import { type Profile, profileNames } from '../../../src/identity/issuer-settings.ts';
import { noon, rawToken } from '../fixture.ts';
import { goodToken } from '../profile-samples.ts';
import { type Row, type RowKeys, row } from './row.ts';

/** What is wrong with a token whoever made it: the same of every profile. */
export const commonRows: readonly Row[] = profileNames.flatMap((profile) => [
  ...claimRows(profile),
  ...signatureRows(profile),
  ...spellingRows(profile),
  ...(profile === 'spiffe' ? [] : issuerRows(profile)),
]);

function claimRows(profile: Profile): readonly Row[] {
  const cases: readonly [token: string, more: Record<string, unknown>, refused: string][] = [
    ['another audience', { aud: 'other' }, 'another audience'],
    ['another audience, in a list', { aud: ['other', 'Sluice'] }, 'another audience'],
    ['an audience list with a number', { aud: ['sluice', 1] }, 'another audience'],
    ['no audience', { aud: undefined }, 'another audience'],
    ['an audience that is an object', { aud: { sluice: true } }, 'another audience'],
    ['expired', { iat: noon - 900, nbf: noon - 900, exp: noon - 61 }, 'expired 61 seconds ago'],
    ['no expiry', { exp: undefined }, 'states no expiry'],
    ['an expiry as text', { exp: `${noon + 300}` }, 'are seconds as numbers'],
    ['not valid yet (nbf)', { nbf: noon + 61 }, 'is not valid before 61 seconds from now'],
    ['nbf as text', { nbf: 'now' }, 'are seconds as numbers'],
    ['issued in the future', { iat: noon + 61 }, 'was issued 61 seconds in the future'],
    ['lives for 25 hours', { exp: noon + 25 * 3600 }, 'lives longer than 24 hours'],
    ['larger than 64 KiB', { padding: 'x'.repeat(64 * 1024) }, 'is larger than 65536 bytes'],
  ];
  return cases.map(([token, more, refused]) => row(profile, token, goodToken(profile, more), { refused }));
}

function signatureRows(profile: Profile): readonly Row[] {
  const good = goodToken(profile);
  const refused = (token: string, make: Row['make'], refused: string): Row => ({
    profile,
    token,
    make,
    expect: { refused },
  });
  return [
    refused('alg none', () => rawToken('{"alg":"none"}', JSON.stringify(good), ''), 'is unsigned (alg none)'),
    refused('HS256 with the public key', (keys) => sharedSecret(keys, good), 'an algorithm that is not accepted'),
    refused(
      'an unknown key id',
      ({ own }) => own.sign(good, { kid: 'other' }),
      'a key that its issuer does not publish',
    ),
    refused('the key of a stranger', ({ stranger }) => stranger.sign(good), 'the signature of the token is not valid'),
    refused('changed after signing', (keys) => changed(keys, good), 'the signature of the token is not valid'),
    refused('a key that it brings (jwk)', ({ stranger }) => stranger.sign(good, { jwk: stranger.jwk }), 'is not valid'),
    refused('of another type (typ)', ({ own }) => own.sign(good, { typ: 'secevent+jwt' }), 'of a type (typ) other'),
  ];
}

function spellingRows(profile: Profile): readonly Row[] {
  const text = JSON.stringify(goodToken(profile));
  const twice = (token: string, payload: string): Row => ({
    profile,
    token,
    make: ({ own }) => own.signText(payload),
    expect: { refused: 'states a member twice' },
  });
  return [
    twice('aud twice', `${text.slice(0, -1)},"aud":"sluice"}`),
    twice('aud twice, once escaped', `${text.slice(0, -1)},"\\u0061ud":"other"}`),
    twice('a member twice, deep inside', `${text.slice(0, -1)},"x":[{"a":1,"a":2}]}`),
    {
      profile,
      token: 'not JSON',
      make: ({ own }) => own.signText(text.slice(0, -1)),
      expect: { refused: 'is not JSON' },
    },
  ];
}

/** Names that a person would take for the issuer's. */
function issuerRows(profile: Profile): readonly Row[] {
  const { iss } = goodToken(profile);
  const issuer = String(iss);
  const spellings: readonly [token: string, iss: unknown, refused?: string][] = [
    ['another issuer', 'https://evil.example'],
    ['an issuer with a Cyrillic letter', issuer.replace('e', '\u0435')],
    ['an issuer in full width', issuer.replace('h', '\uff48')],
    ['an issuer with a zero-width space', `${issuer}\u200b`],
    ['an issuer in capitals', issuer.toUpperCase()],
    ['an issuer with a slash more', `${issuer}/`],
    ['an issuer with a blank', ` ${issuer}`],
    ['a list of issuers', [issuer], 'names no issuer'],
    ['no issuer', undefined, 'names no issuer'],
  ];
  return spellings.map(([token, iss, refused = 'an issuer that is not accepted here']) =>
    row(profile, token, goodToken(profile, { iss }), { refused }),
  );
}

async function sharedSecret({ own }: RowKeys, claims: Record<string, unknown>): Promise<string> {
  const key = await importJWK(own.jwk, 'ES256');
  if (key instanceof Uint8Array) throw new Error('the key of an issuer is not a shared secret');
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: own.jwk.kid ?? '' })
    .sign(Buffer.from(await exportSPKI(key)));
}

async function changed({ own }: RowKeys, claims: Record<string, unknown>): Promise<string> {
  const [head, , signature] = (await own.sign(claims)).split('.');
  return `${head}.${Buffer.from(JSON.stringify({ ...claims, more: true })).toString('base64url')}.${signature}`;
}
