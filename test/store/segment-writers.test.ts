import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentName } from '../../src/ledger/journal-line.ts';
import { FsyncSegmentWriter } from '../../src/store/fsync-segment-writer.ts';
import { OsSegmentWriter } from '../../src/store/os-segment-writer.ts';
import type { SegmentWriter } from '../../src/store/segment-writer.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

const writers = { os: OsSegmentWriter, fsync: FsyncSegmentWriter };
const end = { name: segmentName(0), bytes: 0 };

for (const [durability, Writer] of Object.entries(writers)) {
  test(`${durability}: writes follow one another, and the next segment begins where the limit is`, async (context) => {
    const directory = temporaryDirectory(context);
    const writer = new Writer(directory, end, 10);
    assert.equal(await written(writer, 0, 'one\n'), null);
    assert.equal(await written(writer, 1, 'two\n'), null);
    assert.equal(await written(writer, 2, 'three\n'), null);
    assert.equal(await written(writer, 3, 'larger than the limit\n'), null);
    await writer.close();
    assert.deepEqual(contents(directory), ['one\ntwo\n', 'three\n', 'larger than the limit\n']);
  });

  test(`${durability}: what lies behind the end is cut off before the first write`, async (context) => {
    const directory = temporaryDirectory(context);
    const first = new Writer(directory, end, 1000);
    assert.equal(await written(first, 0, 'kept\nnever acknowledged, and rather long'), null);
    await first.close();
    const writer = new Writer(directory, { name: end.name, bytes: 5 }, 1000);
    assert.equal(await written(writer, 1, 'next\n'), null);
    await writer.close();
    assert.deepEqual(contents(directory), ['kept\nnext\n']);
  });

  test(`${durability}: room leaves nothing behind`, async (context) => {
    const directory = temporaryDirectory(context);
    const writer = new Writer(directory, end, 1000);
    assert.equal(await written(writer, 0, 'one\n'), null);
    assert.equal(await new Promise((resolve) => writer.room(resolve)), null);
    assert.deepEqual(contents(directory), ['one\n']);
    assert.equal(await written(writer, 1, 'two\n'), null);
    await writer.close();
    assert.deepEqual(contents(directory), ['one\ntwo\n']);
  });

  test(`${durability}: a segment that cannot be begun refuses, and is begun by a later write`, async (context) => {
    const root = temporaryDirectory(context);
    const [directory, away] = [join(root, 'ledger'), join(root, 'away')];
    mkdirSync(directory);
    const writer = new Writer(directory, end, 5);
    assert.equal(await written(writer, 0, 'one\n'), null);
    renameSync(directory, away);
    assert.equal(await written(writer, 1, 'lost\n'), 'no such file or directory');
    assert.equal(await written(writer, 1, 'lost\n'), 'no such file or directory');
    renameSync(away, directory);
    assert.deepEqual(contents(directory), ['one\n']);
    assert.equal(await written(writer, 1, 'two\n'), null);
    await writer.close();
    assert.deepEqual(contents(directory), ['one\n', 'two\n']);
  });
}

test('fsync: nothing is acknowledged while the name of the segment is not durable, and nothing of it stays', async (context) => {
  const root = temporaryDirectory(context);
  const [directory, away] = [join(root, 'ledger'), join(root, 'away')];
  mkdirSync(directory);
  const writer = new FsyncSegmentWriter(directory, end, 1000);
  renameSync(directory, away);
  assert.equal(await written(writer, 0, 'lost\n'), 'no such file or directory');
  assert.deepEqual(contents(away), ['']);
  renameSync(away, directory);
  assert.equal(await written(writer, 0, 'one\n'), null);
  await writer.close();
  assert.deepEqual(contents(directory), ['one\n']);
});

test('fsync: the call returns before the disk has answered', async (context) => {
  const directory = temporaryDirectory(context);
  const writer = new FsyncSegmentWriter(directory, end, 1000);
  assert.equal(await written(writer, 0, 'one\n'), null);
  let told = false;
  const done = new Promise<void>((resolve) =>
    writer.write(1, Buffer.from('two\n'), () => {
      told = true;
      resolve();
    }),
  );
  assert.equal(told, false);
  await done;
  await writer.close();
  assert.deepEqual(contents(directory), ['one\ntwo\n']);
});

function written(writer: SegmentWriter, firstIndex: number, text: string): Promise<string | null> {
  return new Promise((resolve) => writer.write(firstIndex, Buffer.from(text), resolve));
}

/** The text of each segment, oldest first. */
function contents(directory: string): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8'));
}
