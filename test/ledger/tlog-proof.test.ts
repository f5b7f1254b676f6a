import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveEntry } from '../../src/ledger/prove-entry.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../src/ledger/tlog-proof.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { openProof } from '../support/tlog-reference.ts';
import { memoryTiles, sampleEntry, sampleHead, samplePublished, signer } from './memory-ledger.ts';
import { newSigner } from './sample-events.ts';

const key = verifierKeyOf(signer);
const vkey = formatVerifierKey(key).trimEnd();

test('an exported entry is proven to whoever holds the key, by both implementations', async () => {
  for (const size of [1, 2, 7, 255, 256, 257, 600]) {
    const source = memoryTiles(await samplePublished(size));
    for (const index of new Set([0, Math.floor(size / 2), size - 1])) {
      const text = await proven(source, index);
      const entry = sampleEntry(index);
      assert.deepEqual(verifyTlogProof(text, key, null), {
        ok: true,
        value: { origin: signer.keyName, index: String(index), size: String(size), entry },
      });
      assert.deepEqual(openProof(text, vkey), { index, entry: Buffer.from(entry) });
    }
  }
});

test('a proof has the lines of the specification', async () => {
  const text = await proven(memoryTiles(await samplePublished(3)), 2);
  const [version, extra, index, hash, empty, ...checkpoint] = text.split('\n');
  assert.deepEqual([version, index, empty], ['c2sp.org/tlog-proof@v1', 'index 2', '']);
  assert.equal(extra, `extra ${Buffer.from(sampleEntry(2)).toString('base64')}`);
  assert.equal(Buffer.from(hash ?? '', 'base64').length, 32);
  assert.equal(checkpoint.join('\n'), await sampleHead(3));
});

test('no byte of a proof is free: each one changed, dropped or doubled is refused', async () => {
  const bytes = Buffer.from(await proven(memoryTiles(await samplePublished(5)), 3));
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 7));
    for (const changed of [
      flipped,
      Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
      Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]),
      bytes.subarray(0, at),
    ])
      assert.equal(verifyTlogProof(changed.toString('utf8'), key, null).ok, false, `byte ${at}`);
  }
});

test('a proof is refused under another key, for another entry, at another place', async () => {
  const text = await proven(memoryTiles(await samplePublished(5)), 3);
  const parsed = parseTlogProof(text) ?? assert.fail('not parsed');
  const other = Buffer.from(sampleEntry(4));
  const refused = [
    verifyTlogProof(text, verifierKeyOf(newSigner(signer.keyName)), null),
    verifyTlogProof(text, { ...key, name: 'other' }, null),
    verifyTlogProof(text, key, other),
    verifyTlogProof(formatTlogProof({ ...parsed, extra: null }), key, null),
    verifyTlogProof(formatTlogProof({ ...parsed, index: 2 }), key, null),
    verifyTlogProof(formatTlogProof({ ...parsed, checkpoint: await sampleHead(6) }), key, null),
    verifyTlogProof('', key, null),
  ];
  for (const result of refused) assert.equal(result.ok, false);
  const without = formatTlogProof({ ...parsed, extra: null });
  assert.equal(verifyTlogProof(without, key, Buffer.from(sampleEntry(3))).ok, true);
});

test('witnesses may have signed the checkpoint too', async () => {
  const text = await proven(memoryTiles(await samplePublished(5)), 3);
  const block = Buffer.alloc(4 + 72, 7).toString('base64');
  assert.equal(verifyTlogProof(`${text}\u2014 witness.example ${block}\n`, key, null).ok, true);
  assert.equal(verifyTlogProof(`${text}\u2014 witness.example\n`, key, null).ok, false);
});

test('nothing is exported that does not lead to the root', async () => {
  const cases: readonly (readonly [string, (files: Map<string, Buffer>) => void, RegExp])[] = [
    ['an entry beyond the checkpoint', () => undefined, /^entry 5 is not published: the checkpoint covers 5 entries$/],
    ['a changed bundle', (files) => flip(files, 'tile/entries/000.p/5', 40), /do not lead to the root/],
    ['a bundle that is none', (files) => flip(files, 'tile/entries/000.p/5', 0), /missing or malformed/],
    ['a missing bundle', (files) => files.delete('tile/entries/000.p/5'), /missing or malformed/],
    ['a changed tile', (files) => flip(files, 'tile/0/000.p/5', 70), /do not lead to the root/],
    ['a missing tile', (files) => files.delete('tile/0/000.p/5'), /^tile\/0\/000\.p\/5 is missing$/],
    ['no checkpoint', (files) => files.delete('checkpoint'), /^there is no checkpoint/],
  ];
  for (const [name, change, says] of cases) {
    const files = await samplePublished(5);
    change(files);
    const result = await proveEntry(memoryTiles(files), name === 'an entry beyond the checkpoint' ? 5 : 0);
    assert.match(result.ok ? '' : result.error, says, name);
  }
});

async function proven(source: Parameters<typeof proveEntry>[0], index: number): Promise<string> {
  const result = await proveEntry(source, index);
  return result.ok ? result.value : assert.fail(result.error);
}

function flip(files: Map<string, Buffer>, name: string, at: number): void {
  const bytes = Buffer.from(files.get(name) ?? assert.fail(`${name} is not there`));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  files.set(name, bytes);
}
