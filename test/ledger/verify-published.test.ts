import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signHead } from '../../src/ledger/head.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { describeVerification, type Verification } from '../../src/ledger/verification.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { type VerifyOptions, verifyJournal } from '../../src/ledger/verify.ts';
import { readPublishedLog } from '../support/tlog-reference.ts';
import { type Files, memorySource, sampleFiles, sampleHead, samplePublished, signer } from './memory-ledger.ts';
import { newSigner } from './sample-events.ts';

const size = 600;
const pinned: VerifyOptions = { publicKey: verifierKeyOf(signer), checkpoint: null };
const vkey = formatVerifierKey(verifierKeyOf(signer)).trimEnd();
const journal = await sampleFiles(size, [0, 200, 520]);
const published = await samplePublished(size);

test('a published log verifies, and a stranger reads the same entries', async () => {
  for (const at of [0, 1, 255, 256, 257, 599, 600]) {
    const files = await samplePublished(at);
    const found = await verify(files);
    assert.deepEqual([found.faults, found.published], [[], String(at)]);
    assert.equal(readPublishedLog((path) => files.get(path), vkey).length, at);
  }
  const lines = describeVerification(await verify(published));
  assert.match(lines.join('\n'), /^published: 600 entries, every tile and bundle agrees$/m);
});

test('a log that was never published is no fault, and the answer says so', async () => {
  const found = await verify(new Map());
  assert.deepEqual([found.faults, found.published], [[], null]);
  assert.match(describeVerification(found).join('\n'), /^the log is not published: no tiles lie beside it$/m);
});

test('what is written ahead of the checkpoint is no fault, nor a partial file that waits for its full one', async () => {
  const older = await samplePublished(300);
  const files: Files = new Map([...older, ...published]);
  files.set('checkpoint', older.get('checkpoint') ?? Buffer.alloc(0));
  const found = await verify(files);
  assert.deepEqual([found.faults, found.published], [[], '300']);
});

test('found: every byte of every published file, flipped; and each file cut, longer, emptied, dropped', async () => {
  const few = await sampleFiles(3);
  const whole = await samplePublished(3);
  for (const [name, bytes] of whole) {
    const changed = [...bytes.keys()].map((at) => {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      return flipped;
    });
    const others = [bytes.subarray(0, -1), bytes.subarray(1), Buffer.concat([bytes, Buffer.of(0)]), Buffer.alloc(0)];
    for (const [at, tampered] of [...changed, ...others, null].entries()) {
      const files: Files = new Map(whole);
      if (tampered === null) files.delete(name);
      else files.set(name, tampered);
      const found = await verify(files, few);
      assert.equal(found.ok, false, `${name} ${at}`);
      assert.throws(() => readPublishedLog((path) => files.get(path), vkey), `${name} ${at}`);
    }
  }
});

const first = 'tile/entries/000';
const second = 'tile/entries/001';

const tamperings: readonly {
  readonly name: string;
  readonly change: (files: Files) => void | Promise<void>;
  readonly kind: string;
  readonly index?: string;
  readonly says: RegExp;
}[] = [
  {
    name: 'an entry in a full bundle',
    change: (files) => flip(files, second, 20_000),
    kind: 'bundle',
    index: String(256 + entryAt(published.get(second), 20_000)),
    says: /^tlog\/tile\/entries\/001 is not what the journal says, from entry \d+ on$/,
  },
  {
    name: 'a hash in a full tile',
    change: (files) => flip(files, 'tile/0/001', 32 * 7),
    kind: 'tile',
    index: '263',
    says: /^tlog\/tile\/0\/001 is not what the journal says, from entry 263 on$/,
  },
  {
    name: 'a hash at a higher level',
    change: (files) => flip(files, 'tile/1/000.p/2', 32),
    kind: 'tile',
    index: '256',
    says: /^tlog\/tile\/1\/000\.p\/2 is not what the journal says, from entry 256 on$/,
  },
  {
    name: 'two bundles swapped',
    change: (files) => swap(files, first, second),
    kind: 'bundle',
    index: '0',
    says: /^tlog\/tile\/entries\/000 is not what/,
  },
  {
    name: 'two tiles swapped',
    change: (files) => swap(files, 'tile/0/000', 'tile/0/001'),
    kind: 'tile',
    index: '0',
    says: /000/,
  },
  {
    name: 'a full tile dropped',
    change: (files) => void files.delete('tile/0/001'),
    kind: 'tile',
    index: '256',
    says: /^tlog\/tile\/0\/001 is missing$/,
  },
  {
    name: 'a partial bundle dropped',
    change: (files) => void files.delete('tile/entries/002.p/88'),
    kind: 'bundle',
    index: '512',
    says: /^tlog\/tile\/entries\/002\.p\/88 is missing$/,
  },
  {
    name: 'a bundle cut off behind an entry',
    change: (files) =>
      void files.set(first, (files.get(first) ?? Buffer.alloc(0)).subarray(0, entryStart(published.get(first), 255))),
    kind: 'bundle',
    index: '255',
    says: /is cut off at entry 255$/,
  },
  {
    name: 'an older partial tile that differs',
    change: (files) => void files.set('tile/0/001.p/9', Buffer.alloc(9 * 32)),
    kind: 'tile',
    index: '256',
    says: /^tlog\/tile\/0\/001\.p\/9 is not what/,
  },
  {
    name: 'a tile beyond the journal',
    change: (files) => void files.set('tile/0/002', Buffer.alloc(8192)),
    kind: 'tile',
    index: '600',
    says: /^tlog\/tile\/0\/002 holds more than the 600 entries of the journal$/,
  },
  {
    name: 'a partial bundle beyond the journal',
    change: (files) => void files.set('tile/entries/002.p/89', Buffer.alloc(3)),
    kind: 'bundle',
    says: /^tlog\/tile\/entries\/002\.p\/89 holds more than/,
  },
  {
    name: 'a partial tile of entries that are not there',
    change: (files) => void files.set('tile/0/x001/000.p/3', Buffer.alloc(96)),
    kind: 'tile',
    says: /x001\/000\.p\/3 holds more than/,
  },
  {
    name: 'a file that is none',
    change: (files) => void files.set('tile/0/notes.txt', Buffer.alloc(1)),
    kind: 'file',
    says: /"tlog\/tile\/0\/notes\.txt" is no file of a published log/,
  },
  {
    name: 'the checkpoint dropped',
    change: (files) => void files.delete('checkpoint'),
    kind: 'published',
    says: /^the published checkpoint is missing$/,
  },
  {
    name: 'a checkpoint of other entries, signed with the right key',
    change: async (files) => {
      const note = await signHead({ origin: signer.keyName, size, root: leafHash('x') }, signer);
      files.set('checkpoint', Buffer.from(note));
    },
    kind: 'published',
    says: /^the first 600 entries are not those that the published checkpoint was signed for$/,
  },
  {
    name: 'a checkpoint of another key',
    change: async (files) =>
      void files.set('checkpoint', Buffer.from(await sampleHead(size, newSigner(signer.keyName)))),
    kind: 'published',
    says: /^the published checkpoint is not signed by clinic-gateway\+/,
  },
];

for (const { name, change, kind, index, says } of tamperings) {
  test(`found: ${name}`, async () => {
    const files: Files = new Map(published);
    await change(files);
    const found = await verify(files);
    assert.equal(found.ok, false);
    assert.equal(found.faults[0]?.kind, kind, JSON.stringify(found.faults));
    assert.match(found.faults[0]?.message ?? '', says);
    if (index !== undefined) assert.equal(found.faults[0]?.index, index);
  });
}

test('found: a journal that is shorter than what was published of it', async () => {
  const other = await samplePublished(10);
  const found = await verify(other, await sampleFiles(9));
  assert.deepEqual(
    found.faults.map((fault) => fault.kind),
    ['cut', 'bundle', 'tile'],
  );
});

test('found by the checkpoint that the verifier holds, also one with signatures of witnesses: rollback', async () => {
  const held = `${await sampleHead(10)}\u2014 witness.example ${Buffer.alloc(76, 1).toString('base64')}\n`;
  const whole = await verify(await samplePublished(10), await sampleFiles(10), { ...pinned, checkpoint: held });
  assert.deepEqual([whole.faults, whole.checkpoint], [[], '10']);
  const rolledBack = await verify(await samplePublished(9), await sampleFiles(9), { ...pinned, checkpoint: held });
  assert.deepEqual(
    rolledBack.faults.map((fault) => fault.message),
    ['the log was cut off: 9 entries, and the checkpoint that was given covers 10'],
  );
  const forged = (await sampleHead(10, newSigner(signer.keyName))).replace(
    /\u2014.*\n$/u,
    held.split('\n').at(-2) ?? '',
  );
  const unsigned = await verify(new Map(), await sampleFiles(10), { ...pinned, checkpoint: `${forged}\n` });
  assert.match(unsigned.faults[0]?.message ?? '', /^the checkpoint that was given is not signed by /);
});

function verify(files: Files, of: Files = journal, options: VerifyOptions = pinned): Promise<Verification> {
  return verifyJournal(memorySource(of, 50_000, files), options);
}

function flip(files: Files, name: string, at: number): void {
  const bytes = Buffer.from(files.get(name) ?? assert.fail(`${name} is not there`));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  files.set(name, bytes);
}

function swap(files: Files, one: string, other: string): void {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = [files.get(one), files.get(other)];
  files.set(one, second).set(other, first);
}

/** Where entry `index` of a bundle begins, its length included. */
function entryStart(bundle: Buffer | undefined, index: number): number {
  let at = 0;
  for (let entry = 0; entry < index; entry++) at += 2 + (bundle?.readUInt16BE(at) ?? 0);
  return at;
}

function entryAt(bundle: Buffer | undefined, byte: number): number {
  let entry = 0;
  while (entryStart(bundle, entry + 1) <= byte) entry++;
  return entry;
}
