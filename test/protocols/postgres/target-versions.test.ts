import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireError } from '../../../src/base/wire-error.ts';
import { Framer } from '../../../src/protocols/postgres/framer.ts';
import { TargetOpening } from '../../../src/protocols/postgres/target-opening.ts';
import { Wire } from '../../../src/protocols/postgres/wire.ts';
import { be, cstring, fe, int32, msg } from '../../support/pg-bytes.ts';
import { reported, route } from '../../support/pg-session.ts';
import { Transcript } from '../../support/transcript.ts';

/** An opening up to the startup packet. */
function dial(): { readonly opening: TargetOpening; readonly out: Transcript } {
  const wire = new Wire();
  const out = new Transcript();
  wire.enter(out);
  const opening = new TargetOpening(route, 'clinic', wire, new Framer());
  opening.connected();
  wire.toServer.flush();
  return { opening, out };
}

const down = (version: number, ...options: readonly string[]) =>
  msg('v', int32(version), int32(options.length), ...options.map(cstring));
const key = (length: number) => msg('K', int32(-2), Buffer.alloc(length, 7));
const cancel = (length: number) => {
  const body = Buffer.concat([int32(80_877_102), int32(-2), Buffer.alloc(length, 7)]);
  return Buffer.concat([int32(body.length + 4), body]);
};
const old = down(0x0003_0000);

test('3.2 is asked for', () => {
  const startup = fe.startup({ user: 'service', database: 'real', client_encoding: 'UTF8' }, 0x0003_0002);
  assert.deepEqual(dial().out.bytes('server'), startup);
});

test('3.0 is asked for where the target is said to know no better, and not talked down', () => {
  const wire = new Wire();
  const out = new Transcript();
  wire.enter(out);
  const target = { ...route.target, protocol: '3.0' } as const;
  const opening = new TargetOpening({ ...route, target }, 'clinic', wire, new Framer());
  opening.connected();
  wire.toServer.flush();
  const startup = fe.startup({ user: 'service', database: 'real', client_encoding: 'UTF8' });
  assert.deepEqual(out.bytes('server'), startup);
  assert.throws(() => opening.receive(old), WireError);
});

for (const [name, messages, length] of [
  ['3.2, thirty-two bytes', [be.authOk, key(32)], 32],
  ['3.2, as long as it gets', [be.authOk, key(256)], 256],
  ['3.2, as short as it gets', [be.authOk, key(4)], 4],
  ['3.0 after all', [old, be.authOk, key(4)], 4],
] as const) {
  test(`the key of the target is kept whole: ${name}`, () => {
    const { opening } = dial();
    opening.receive(Buffer.concat([...messages, ...reported, be.ready('I')]));
    assert.equal(opening.ready, true);
    assert.equal(opening.backendPid, 0xffff_fffe);
    assert.deepEqual(opening.cancelRequest, cancel(length));
  });
}

test('a target without a key: what would cancel names no session', () => {
  const { opening } = dial();
  opening.receive(Buffer.concat([be.authOk, ...reported, be.ready('I')]));
  assert.equal(opening.backendPid, 0);
  assert.deepEqual(opening.cancelRequest, Buffer.concat([int32(16), int32(80_877_102), int32(0), int32(0)]));
});

for (const [name, messages] of [
  ['a version above what was asked', [down(0x0003_0003)]],
  ['the version that was asked', [down(0x0003_0002)]],
  ['a version that was never given out', [down(0x0003_0001)]],
  ['version 2', [down(0x0002_0000)]],
  ['an option that nobody asked for', [down(0x0003_0000, '_pq_.foo')]],
  ['more options than it names', [msg('v', int32(0x0003_0000), int32(1))]],
  ['bytes behind the last option', [msg('v', int32(0x0003_0000), int32(0), Buffer.alloc(1))]],
  ['the version twice', [old, old]],
  ['the version after the login', [be.authOk, old]],
  [
    'the version in the midst of the login',
    [be.auth(10, Buffer.concat([cstring('SCRAM-SHA-256'), Buffer.alloc(1)])), old],
  ],
  ['a key that is too short', [be.authOk, key(3)]],
  ['a key that is too long', [be.authOk, key(257)]],
  ['a long key in 3.0', [old, be.authOk, key(32)]],
] as const) {
  test(`a target that states ${name} is left`, () => {
    const wire = new Wire();
    wire.enter(new Transcript());
    const credential = { user: 'service', password: 'x' };
    const opening = new TargetOpening({ ...route, credential }, 'clinic', wire, new Framer());
    opening.connected();
    assert.throws(() => opening.receive(Buffer.concat([...messages, ...reported, be.ready('I')])), WireError);
    assert.equal(opening.ready, false);
  });
}
