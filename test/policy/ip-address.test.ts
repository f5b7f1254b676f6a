import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipAddress } from '../../src/policy/ip-address.ts';
import { context, loaded, request } from './samples.ts';

const cases: readonly (readonly [string, string | null])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:10.1.2.3', '10.1.2.3'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
  ['::', '::'],
  ['', null],
  ['unix', null],
  ['10.0.0.0/8', null],
  ['256.0.0.1', null],
  ['01.2.3.4', null],
  ['1.2.3', null],
  ['1:2:3', null],
  ['1::2::3', null],
  ['::ffff:1.2.3.4.5', null],
];

for (const [source, address] of cases) {
  test(`address ${JSON.stringify(source)}`, () => assert.equal(ipAddress(source), address));
}

test('Cedar takes every address that is made', () => {
  const policies = loaded('@id("a") permit(principal, action, resource) when { context has source };');
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (source) => {
      const address = ipAddress(source);
      if (isIPv4(source)) assert.equal(address, source);
      if (address !== null) assert.ok(isIPv4(address) || isIPv6(address));
      const decision = policies.decide(request(null, { context: context({ source }) }));
      assert.equal(decision.kind, address === null ? 'deny' : 'allow');
      if (decision.kind === 'deny') assert.equal(decision.message, 'no policy permits connect on clinic');
    }),
  );
});
