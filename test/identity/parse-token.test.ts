import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseToken } from '../../src/identity/parse-token.ts';
import { claims, issuerUrl, rawToken } from './fixture.ts';

const payload = JSON.stringify(claims());

describe('parseToken', () => {
  test('takes a signed JWT apart', () => {
    const parsed = parseToken(rawToken('{"alg":"ES256","kid":"k","typ":"JWT","x5c":["ignored"]}', payload));
    assert.deepEqual(parsed, {
      ok: true,
      value: { algorithm: 'ES256', keyId: 'k', issuer: issuerUrl, trustDomain: null, claims: claims() },
    });
    const unnamed = parseToken(rawToken('{"alg":"ES256"}', payload));
    assert.equal(unnamed.ok && unnamed.value.keyId, null);
  });

  test('takes a JWT-SVID without issuer, and of type JOSE', () => {
    const svid = JSON.stringify({ sub: 'spiffe://clinic.example/etl' });
    const named = JSON.stringify({ sub: 'spiffe://clinic.example/etl', iss: issuerUrl });
    for (const [type, body, issuer] of [
      ['JWT', svid, null],
      ['JOSE', svid, null],
      ['JOSE', named, null],
      ['JWT', named, issuerUrl],
    ] as const) {
      const parsed = parseToken(rawToken(JSON.stringify({ alg: 'ES256', typ: type }), body));
      assert.deepEqual(parsed.ok && [parsed.value.issuer, parsed.value.trustDomain], [issuer, 'clinic.example']);
    }
  });

  const refused: readonly [name: string, token: string, message: RegExp][] = [
    ['two parts', 'a.b', /it has 2 of the three parts/],
    ['five parts: an encrypted JWT', 'a.b.c.d.e', /it has 5 of the three parts/],
    ['an empty header', '.e30.c2ln', /its header is not JSON/],
    ['a header that is no object', rawToken('[]', payload), /its header is not a JSON object/],
    [
      'a header that states alg twice',
      rawToken('{"alg":"none","alg":"ES256"}', payload),
      /its header states a member twice/,
    ],
    ['no algorithm', rawToken('{}', payload), /its header names no algorithm/],
    ['a list of algorithms', rawToken('{"alg":["ES256"]}', payload), /its header names no algorithm/],
    ['alg None', rawToken('{"alg":"None"}', payload), /^the token is unsigned/],
    ['alg nOnE without signature', rawToken('{"alg":"nOnE"}', payload, ''), /^the token is unsigned/],
    ['HS256', rawToken('{"alg":"HS256"}', payload), /algorithm that is not accepted/],
    ['ES256K', rawToken('{"alg":"ES256K"}', payload), /algorithm that is not accepted/],
    ['es256', rawToken('{"alg":"es256"}', payload), /algorithm that is not accepted/],
    ['crit', rawToken('{"alg":"ES256","crit":["exp"]}', payload), /demands an extension \(crit\)/],
    ['an empty crit', rawToken('{"alg":"ES256","crit":[]}', payload), /demands an extension \(crit\)/],
    ['typ JOSE', rawToken('{"alg":"ES256","typ":"JOSE"}', payload), /of a type \(typ\) other/],
    ['typ logout+jwt', rawToken('{"alg":"ES256","typ":"logout+jwt"}', payload), /of a type \(typ\) other/],
    ['typ 1', rawToken('{"alg":"ES256","typ":1}', payload), /of a type \(typ\) other/],
    ['kid 1', rawToken('{"alg":"ES256","kid":1}', payload), /key id \(kid\) in its header is not a string/],
    ['no signature', rawToken('{"alg":"ES256"}', payload, ''), /its signature is not base64url/],
    ['a signature in base64', rawToken('{"alg":"ES256"}', payload, 'a+b/'), /its signature is not base64url/],
    ['a signature with padding', rawToken('{"alg":"ES256"}', payload, 'c2k='), /its signature is not base64url/],
    ['a signature with stray bits', rawToken('{"alg":"ES256"}', payload, 'c2l'), /its signature is not base64url/],
    ['a payload that is no JSON', rawToken('{"alg":"ES256"}', 'x'), /its payload is not JSON/],
    [
      'a payload that states aud twice',
      rawToken('{"alg":"ES256"}', '{"iss":"a","aud":"a","aud":"b"}'),
      /its payload states a member twice/,
    ],
    ['no issuer', rawToken('{"alg":"ES256"}', '{}'), /it names no issuer \(iss\)/],
    [
      'a list of issuers beside a SPIFFE ID',
      rawToken('{"alg":"ES256"}', '{"iss":["a"],"sub":"spiffe://clinic.example/etl"}'),
      /it names no issuer \(iss\)/,
    ],
    ['a list of issuers', rawToken('{"alg":"ES256"}', '{"iss":["a"]}'), /it names no issuer \(iss\)/],
  ];
  for (const [name, token, message] of refused) {
    test(`refuses ${name}`, () => {
      const parsed = parseToken(token);
      assert.ok(!parsed.ok);
      assert.equal(parsed.error.code, 'token_refused');
      assert.match(parsed.error.message, message);
    });
  }

  test('never throws', () => {
    const header = fc.oneof(
      fc.json(),
      fc
        .record({ alg: fc.anything(), kid: fc.anything(), typ: fc.anything() })
        .map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(
        header,
        fc.json(),
        fc.string(),
        (head, body, signature) => void parseToken(rawToken(head, body, signature)),
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (token) => void parseToken(token)));
  });
});
