import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { deferred } from '../../src/base/deferred.ts';
import { err, type Result } from '../../src/base/result.ts';
import { KeyCache } from '../../src/issuers/key-cache.ts';
import { type PublishedKeys, readPublishedKeys } from '../../src/issuers/published-keys.ts';
import { issuerUrl, newSigner, TestClock } from '../identity/fixture.ts';

let a: PublishedKeys;
let ab: PublishedKeys;
before(async () => {
  const [first, second] = [(await newSigner('ES256', 'a')).jwk, (await newSigner('ES256', 'b')).jwk];
  const read = [
    readPublishedKeys({ keys: [first] }, issuerUrl),
    readPublishedKeys({ keys: [first, second] }, issuerUrl),
  ];
  const [one, two] = read.flatMap((keys) => (keys.ok ? [keys.value] : []));
  assert.ok(one && two);
  a = one;
  ab = two;
});

describe('KeyCache', () => {
  test('makes one request for everyone who waits', async () => {
    const { cache, loads } = cacheOf();
    const waiting = [cache.keysWith('a'), cache.keysWith(null), cache.keysWith('b')];
    loads.at(-1)?.resolve({ ok: true, value: ab });
    for (const keys of await Promise.all(waiting)) assert.ok(keys.ok);
    assert.equal(loads.length, 1);
    assert.equal(cache.state().kind, 'fresh');
  });

  test('does not let a known key wait while an unknown one is looked for', async () => {
    const { cache, loads } = cacheOf();
    const first = cache.keysWith('a');
    loads[0]?.resolve({ ok: true, value: a });
    await first;
    const unknown = cache.keysWith('b');
    const joined = cache.keysWith('b');
    assert.ok((await cache.keysWith('a')).ok);
    assert.equal(loads.length, 2);
    loads[1]?.resolve({ ok: true, value: ab });
    for (const keys of await Promise.all([unknown, joined])) assert.ok(keys.ok && keys.value.keyIds.has('b'));
  });

  test('keeps what was imported while the keys do not change', async () => {
    const { cache, clock, loads } = cacheOf();
    const first = cache.keysWith('a');
    loads[0]?.resolve({ ok: true, value: a });
    const before = await first;
    clock.seconds += 600;
    const second = cache.keysWith('a');
    loads[1]?.resolve({ ok: true, value: { ...a } });
    const after = await second;
    assert.ok(before.ok && after.ok);
    assert.equal(after.value, before.value);
    assert.deepEqual(cache.state(), { kind: 'fresh', keys: 1, ageMs: 0 });
  });

  test('waits longer between failures while old keys serve than while there are none', async () => {
    const { cache, clock, loads } = cacheOf();
    assert.deepEqual(cache.state(), { kind: 'unused' });
    const failing = cache.keysWith('a');
    loads[0]?.resolve(err('it answered 503'));
    assert.deepEqual(await failing, { ok: false, error: 'it answered 503' });
    clock.seconds += 1.9;
    assert.deepEqual(await cache.keysWith('a'), { ok: false, error: 'it answered 503' });
    assert.equal(loads.length, 1);
    clock.seconds += 0.2;
    const retried = cache.keysWith('a');
    loads[1]?.resolve({ ok: true, value: a });
    assert.ok((await retried).ok);

    clock.seconds += 600;
    const stale = cache.keysWith('a');
    loads[2]?.resolve(err('it answered 503'));
    assert.ok((await stale).ok);
    clock.seconds += 29.9;
    assert.ok((await cache.keysWith('a')).ok);
    assert.equal(loads.length, 3);
    clock.seconds += 0.2;
    const recovered = cache.keysWith('a');
    loads[3]?.resolve({ ok: true, value: a });
    assert.ok((await recovered).ok);
    assert.equal(cache.state().kind, 'fresh');
  });
});

function cacheOf() {
  const clock = new TestClock();
  const loads: ReturnType<typeof deferred<Result<PublishedKeys, string>>>[] = [];
  const load = () => {
    const next = deferred<Result<PublishedKeys, string>>();
    loads.push(next);
    return next.promise;
  };
  return { cache: new KeyCache(load, clock), clock, loads };
}
