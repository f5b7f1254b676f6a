import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoveryUrl, keyLocation, parseIssuerUrl } from '../../src/issuers/issuer-url.ts';

const urls: readonly [text: string, fault: string | null][] = [
  ['https://issuer.example', null],
  ['https://issuer.example/tenant/v2.0', null],
  ['http://127.0.0.1:8401', null],
  ['http://127.1:8401', null],
  ['http://localhost:8401', null],
  ['http://[::1]:8401', null],
  ['http://issuer.example', 'is neither https nor http on loopback'],
  ['http://127.0.0.1.evil.example', 'is neither https nor http on loopback'],
  ['http://localhost.evil.example', 'is neither https nor http on loopback'],
  ['http://169.254.169.254/', 'is neither https nor http on loopback'],
  ['http://0.0.0.0/', 'is neither https nor http on loopback'],
  ['ftp://issuer.example', 'is neither https nor http on loopback'],
  ['file:///etc/passwd', 'is neither https nor http on loopback'],
  ['https://user:secret@issuer.example', 'holds credentials'],
  ['issuer.example', 'is not a URL'],
  ['', 'is not a URL'],
];
for (const [text, fault] of urls) {
  test(`${JSON.stringify(text)} ${fault ?? 'is good'}`, () => {
    const url = parseIssuerUrl(text);
    assert.equal(url.ok ? null : url.error, fault);
  });
}

test('discovery appends to the path of the issuer', () => {
  const cases: readonly [issuer: string, expected: string][] = [
    ['https://issuer.example', 'https://issuer.example/.well-known/openid-configuration'],
    ['https://issuer.example/', 'https://issuer.example/.well-known/openid-configuration'],
    ['https://issuer.example/tenant/v2.0', 'https://issuer.example/tenant/v2.0/.well-known/openid-configuration'],
    ['https://issuer.example/tenant/', 'https://issuer.example/tenant/.well-known/openid-configuration'],
  ];
  for (const [issuer, expected] of cases) {
    const url = discoveryUrl(issuer);
    assert.equal(url.ok && url.value.href, expected);
  }
});

test('keys are not less protected than the document that names them', () => {
  const cases: readonly [stated: string, discovery: string, fault: string | null][] = [
    ['https://keys.example/keys', 'https://issuer.example', null],
    ['https://keys.example/keys', 'http://127.0.0.1:8401', null],
    ['http://127.0.0.1:8401/keys', 'http://127.0.0.1:8401', null],
    ['http://127.0.0.1:8401/keys', 'https://issuer.example', 'is not https'],
    ['http://keys.example/keys', 'http://127.0.0.1:8401', 'is neither https nor http on loopback'],
    ['/keys', 'https://issuer.example', 'is not a URL'],
  ];
  for (const [stated, discovery, fault] of cases) {
    const url = keyLocation(stated, new URL(discovery));
    assert.equal(url.ok ? null : url.error, fault, stated);
  }
});
