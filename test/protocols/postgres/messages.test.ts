import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeBind,
  decodeCommandComplete,
  decodeRowDescription,
  encodeDescribePortal,
} from '../../../src/protocols/postgres/messages.ts';
import { be, fe } from '../../support/pg-bytes.ts';

const tags: readonly (readonly [string, string, number | null])[] = [
  ['SELECT 5', 'SELECT', 5],
  ['INSERT 0 12', 'INSERT', 12],
  ['UPDATE 0', 'UPDATE', 0],
  ['CREATE TABLE', 'CREATE TABLE', null],
  ['BEGIN', 'BEGIN', null],
  ['REFRESH MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW', null],
  ['123-45-6789', 'UNKNOWN', null],
  ['Hello 5', 'UNKNOWN', null],
  ['', 'UNKNOWN', null],
  ['5', 'UNKNOWN', null],
];

for (const [text, tag, rows] of tags) {
  test(`the tag "${text}" is ${tag} with ${rows}`, () => {
    const bytes = be.complete(text);
    assert.deepEqual(decodeCommandComplete(bytes, 0, bytes.length), { tag, rows });
  });
}

test('golden bytes: a Bind with formats, a NULL and result formats', () => {
  const bind = Buffer.from('420000001d7000730000020000000100020000000161ffffffff00010001', 'hex');
  assert.deepEqual(decodeBind(bind, 0, bind.length), {
    portal: 'p',
    statement: 's',
    parameters: { formats: [0, 1], values: [Buffer.from('a'), null] },
  });
  for (let end = 5; end < bind.length; end += 1) {
    assert.throws(() => decodeBind(bind, 0, end), { name: 'WireError' });
  }
});

test('golden bytes: a description with a whole row and a system column', () => {
  const bytes = Buffer.concat([
    Buffer.from('540000003f0002', 'hex'),
    Buffer.from('p\0'),
    Buffer.from('0000429800000000429affffffffffff0000', 'hex'),
    Buffer.from('ctid\0'),
    Buffer.from('00004298ffff0000001b0006ffffffff0001', 'hex'),
  ]);
  bytes.writeInt32BE(bytes.length - 1, 1);
  assert.deepEqual(decodeRowDescription(bytes, 0, bytes.length), [
    { name: 'p', tableOid: 17048, number: 0, typeOid: 17050, format: 0 },
    { name: 'ctid', tableOid: 17048, number: -1, typeOid: 27, format: 1 },
  ]);
});

test('a name goes out as the bytes it came in', () => {
  const bytes = fe.describe('P', 'pörtal');
  assert.deepEqual(encodeDescribePortal(Buffer.from('pörtal').toString('latin1')), bytes);
});
