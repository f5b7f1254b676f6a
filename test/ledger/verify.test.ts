import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalLine, segmentName } from '../../src/ledger/journal-line.ts';
import { headFileName, keyFileName } from '../../src/ledger/journal-source.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { describeVerification, type Verification } from '../../src/ledger/verification.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import { type VerifyOptions, verifyJournal } from '../../src/ledger/verify.ts';
import { type Files, memorySource, sampleEntry, sampleFiles, sampleHead, signer } from './memory-ledger.ts';
import { newSigner } from './sample-events.ts';

const first = segmentName(0);
const unpinned: VerifyOptions = { publicKey: null, checkpoint: null };
const pinned: VerifyOptions = { publicKey: verifierKeyOf(signer), checkpoint: null };

test('a whole log verifies, in one segment or several, in pieces of any size', async () => {
  for (const [starts, piece] of [
    [[0], 1 << 20],
    [[0, 5], 1000],
    [[0, 1, 2, 19], 1],
    [[0, 20], 77],
  ] as const) {
    const found = await verify(await sampleFiles(20, starts), pinned, piece);
    assert.deepEqual(found.faults, []);
    assert.equal(found.ok, true);
    assert.deepEqual([found.entries, found.sealed, found.unsealed, found.partialBytes], ['20', '20', '0', 0]);
    assert.equal(found.signer?.pinned, true);
    assert.equal(found.root, (await sampleHead(20)).split('\n')[2]);
  }
});

test('an empty log verifies', async () => {
  assert.equal((await verify(await sampleFiles(0), pinned)).ok, true);
});

test('without a key the one beside the log is used, and the answer says so', async () => {
  const found = await verify(await sampleFiles(3), unpinned);
  assert.equal(found.ok, true);
  const lines = describeVerification(found);
  assert.equal(lines[0], 'ledger verified: 3 entries');
  assert.match(lines.at(-1) ?? '', /signer not pinned$/);
});

test('entries beyond the head are counted and are no fault', async () => {
  const found = await verify(await sampleFiles(20, [0, 8], 15), pinned);
  assert.deepEqual([found.ok, found.entries, found.sealed, found.unsealed], [true, '20', '15', '5']);
  assert.match(describeVerification(found).join('\n'), /^5 entries not yet covered by a head$/m);
});

test('a last line that is still being written is no fault, beyond the head only', async () => {
  const files = await sampleFiles(20, [0], 15);
  const whole = files.get(first) ?? Buffer.alloc(0);
  files.set(first, Buffer.concat([whole, Buffer.from('20 AAAA')]));
  const found = await verify(files, pinned);
  assert.deepEqual([found.ok, found.entries, found.partialBytes], [true, '20', 7]);
  const zeros = Buffer.alloc(100_000);
  files.set(first, Buffer.concat([whole, zeros]));
  assert.equal((await verify(files, pinned)).partialBytes, zeros.length);
});

test('a tail torn at any byte of the last line is told apart from the entries before it', async () => {
  const files = await sampleFiles(3, [0], 2);
  const whole = files.get(first) ?? Buffer.alloc(0);
  const lastLine = whole.lastIndexOf(10, -2) + 1;
  for (let cut = lastLine; cut < whole.length; cut++) {
    files.set(first, whole.subarray(0, cut));
    const found = await verify(files, pinned);
    assert.deepEqual([found.ok, found.entries, found.partialBytes], [true, '2', cut - lastLine]);
  }
});

interface Tampering {
  readonly name: string;
  readonly change: (files: Files) => void | Promise<void>;
  readonly kind: string;
  readonly index?: string;
  readonly options?: VerifyOptions;
}

const tamperings: readonly Tampering[] = [
  {
    name: 'an entry dropped',
    change: (files) => edit(files, (lines) => lines.toSpliced(3, 1)),
    kind: 'index',
    index: '3',
  },
  {
    name: 'an entry doubled',
    change: (files) => edit(files, (lines) => lines.toSpliced(3, 0, lines[3] ?? '')),
    kind: 'index',
    index: '4',
  },
  {
    name: 'two entries swapped',
    change: (files) => edit(files, (lines) => lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '')),
    kind: 'index',
    index: '3',
  },
  {
    name: 'two entries swapped and renumbered',
    change: (files) =>
      edit(files, (lines) => lines.with(3, forged(3, sampleEntry(4))).with(4, forged(4, sampleEntry(3)))),
    kind: 'root',
  },
  {
    name: 'an entry changed',
    change: (files) => edit(files, (lines) => lines.with(6, (lines[6] ?? '').replace('allow', 'denied'))),
    kind: 'hash',
    index: '6',
  },
  {
    name: 'an entry changed and its hash with it',
    change: (files) => edit(files, (lines) => lines.with(6, forged(6, sampleEntry(6).replace('select', 'delete')))),
    kind: 'root',
  },
  {
    name: 'an entry inserted, the rest renumbered, all hashes right',
    change: (files) =>
      edit(files, (lines) => [
        ...lines.slice(0, 2),
        forged(2, sampleEntry(9)),
        ...lines.slice(2).map((_, at) => forged(at + 3, sampleEntry(at + 2))),
      ]),
    kind: 'root',
  },
  { name: 'the end cut off', change: (files) => edit(files, (lines) => lines.slice(0, 7)), kind: 'cut', index: '7' },
  { name: 'everything cut off', change: (files) => void files.delete(first), kind: 'cut', index: '0' },
  {
    name: 'the end cut off in the middle of a line',
    change: (files) => void files.set(first, (files.get(first) ?? Buffer.alloc(0)).subarray(0, -1)),
    kind: 'cut',
    index: '9',
  },
  {
    name: 'an entry behind the head that is none',
    change: (files) => edit(files, (lines) => [...lines, forged(10, '{"v":1}')]),
    kind: 'envelope',
    index: '10',
  },
  {
    name: 'an empty line',
    change: (files) => edit(files, (lines) => lines.toSpliced(3, 0, '')),
    kind: 'frame',
    index: '3',
  },
  {
    name: 'an endless line',
    change: (files) => edit(files, (lines) => lines.with(3, 'x'.repeat(200_000))),
    kind: 'frame',
    index: '3',
  },
  {
    name: 'a carriage return',
    change: (files) => edit(files, (lines) => lines.with(3, `${lines[3]}\r`)),
    kind: 'frame',
    index: '3',
  },
  {
    name: 'a leading zero',
    change: (files) => edit(files, (lines) => lines.with(3, `0${lines[3]}`)),
    kind: 'frame',
    index: '3',
  },
  { name: 'the head missing', change: (files) => void files.delete(headFileName), kind: 'head' },
  {
    name: 'an older head with the log cut to it',
    change: (files) => rollBack(files, 5),
    kind: 'checkpoint',
    options: { ...pinned, checkpoint: await sampleHead(8) },
  },
  {
    name: 'a head of another key',
    change: async (files) => void files.set(headFileName, Buffer.from(await sampleHead(10, newSigner(signer.keyName)))),
    kind: 'head',
  },
  { name: 'the key missing', change: (files) => void files.delete(keyFileName), kind: 'key' },
  {
    name: 'a byte behind the key',
    change: (files) =>
      void files.set(keyFileName, Buffer.concat([files.get(keyFileName) ?? Buffer.alloc(0), Buffer.from('\n')])),
    kind: 'key',
  },
  {
    name: 'a file that does not belong',
    change: (files) => void files.set('notes.txt', Buffer.alloc(0)),
    kind: 'file',
  },
  {
    name: 'a segment that does not follow',
    change: (files) => void files.set(segmentName(12), Buffer.alloc(0)),
    kind: 'segment',
  },
  {
    name: 'a segment with a name out of range',
    change: (files) => void files.set(`journal-${'9'.repeat(20)}.jsonl`, Buffer.alloc(0)),
    kind: 'file',
  },
];

for (const { name, change, kind, index, options } of tamperings) {
  test(`found: ${name}`, async () => {
    const files = await sampleFiles(10);
    await change(files);
    const found = await verify(files, options ?? pinned);
    assert.equal(found.ok, false);
    const fault = found.faults.find((each) => each.kind === kind);
    assert.notEqual(fault, undefined, JSON.stringify(found.faults));
    if (index !== undefined) assert.equal(fault?.index, index);
    assert.match(describeVerification(found)[0] ?? '', /NOT verified/);
  });
}

test('found: a whole log forged under another key, when the key is pinned and not otherwise', async () => {
  const forger = newSigner(signer.keyName);
  const files = await sampleFiles(10);
  files.set(headFileName, Buffer.from(await sampleHead(10, forger)));
  files.set(keyFileName, Buffer.from(formatVerifierKey(verifierKeyOf(forger))));
  assert.deepEqual(
    (await verify(files, pinned)).faults.map((fault) => fault.kind),
    ['key', 'head'],
  );
  const found = await verify(files, unpinned);
  assert.deepEqual([found.ok, found.signer?.pinned], [true, false]);
});

test('a checkpoint that the verifier holds: consistent at any size of the past, and only then', async () => {
  const files = await sampleFiles(10);
  for (const size of [0, 1, 4, 7, 10]) {
    const found = await verify(files, { ...pinned, checkpoint: await sampleHead(size) });
    assert.deepEqual([found.ok, found.checkpoint], [true, String(size)]);
  }
  for (const checkpoint of [await sampleHead(11), await sampleHead(4, newSigner(signer.keyName)), 'nonsense', '']) {
    const found = await verify(files, { ...pinned, checkpoint });
    assert.deepEqual(
      found.faults.map((fault) => fault.kind),
      ['checkpoint'],
    );
    assert.equal(found.checkpoint, null);
  }
});

test('found by the checkpoint: history rewritten and signed again with the right key', async () => {
  const files = await sampleFiles(10);
  const held = await sampleHead(10);
  edit(files, (lines) => lines.slice(0, 9));
  files.set(headFileName, Buffer.from(await sampleHead(9)));
  assert.equal((await verify(files, pinned)).ok, true);
  assert.deepEqual(
    (await verify(files, { ...pinned, checkpoint: held })).faults.map((fault) => fault.kind),
    ['checkpoint'],
  );
});

test('found: every flipped bit of every byte of a sealed log, whatever file it is in', async () => {
  const files = await sampleFiles(3, [0, 2]);
  for (const [name, bytes] of files) {
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      const found = await verify(new Map(files).set(name, flipped), unpinned);
      assert.equal(found.ok, false, `${name} byte ${at}`);
    }
  }
});

function verify(files: Files, options: VerifyOptions, pieceBytes?: number): Promise<Verification> {
  return verifyJournal(memorySource(files, pieceBytes), options);
}

function edit(files: Files, change: (lines: readonly string[]) => readonly string[]): void {
  const lines = (files.get(first) ?? Buffer.alloc(0)).toString('utf8').split('\n').slice(0, -1);
  files.set(
    first,
    Buffer.from(
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

function forged(index: number, entry: string): string {
  return journalLine(index, leafHash(entry), entry).slice(0, -1);
}

async function rollBack(files: Files, size: number): Promise<void> {
  edit(files, (lines) => lines.slice(0, size));
  files.set(headFileName, Buffer.from(await sampleHead(size)));
}
