import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LedgerEvent } from '../../src/ledger/event.ts';
import { parseHead } from '../../src/ledger/head.ts';
import { segmentName } from '../../src/ledger/journal-line.ts';
import { decided, envelope } from '../ledger/sample-events.ts';
import { journalOptions, opened, temporaryDirectory, verified } from './temporary-ledger.ts';

for (const durability of ['os', 'fsync'] as const) {
  test(`${durability}: acknowledged in order, each once, never within the call, when the bytes are in the file`, async (context) => {
    const options = journalOptions(temporaryDirectory(context), { durability });
    const journal = await opened(options);
    const told: string[] = [];
    let within = true;
    await new Promise<void>((resolve) => {
      for (let at = 0; at < 200; at++) {
        journal.append(failed(`c${at}`), (fault) => {
          assert.equal(fault, null);
          assert.equal(within, false);
          const text = readFileSync(join(options.directory, segmentName(0)), 'utf8');
          assert.equal(text.includes(`"connection":"c${at}"`), true);
          told.push(`c${at}`);
          if (at === 199) resolve();
        });
      }
      within = false;
    });
    assert.deepEqual(
      told,
      Array.from({ length: 200 }, (_, at) => `c${at}`),
    );
    await journal.close();
    const found = await verified(options.directory);
    assert.deepEqual([found.ok, found.sealed], [true, '200']);
  });

  test(`${durability}: entries that arrive while others are written follow them`, async (context) => {
    const options = journalOptions(temporaryDirectory(context), { durability });
    const journal = await opened(options);
    const all: Promise<unknown>[] = [];
    for (let turn = 0; turn < 50; turn++) {
      all.push(journal.appendAsync(failed(`a${turn}`)), journal.appendAsync(failed(`b${turn}`)));
      if (turn % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(new Set(await Promise.all(all)), new Set([null]));
    const tail = await journal.tail(100);
    const expected = Array.from({ length: 50 }, (_, at) => [`a${at}`, `b${at}`]).flat();
    assert.deepEqual(
      tail.map(({ entry }) => (entry.type === 'catalogue.failed' ? entry.connection : '')),
      expected,
    );
    assert.deepEqual(
      tail.map(({ index }) => index),
      expected.map((_, at) => String(at)),
    );
    await journal.close();
  });

  test(`${durability}: segments follow each other without a gap`, async (context) => {
    const limits = { segmentBytes: 2000 };
    const options = journalOptions(temporaryDirectory(context), { durability, limits });
    const journal = await opened(options);
    for (let at = 0; at < 40; at++) assert.equal(await journal.appendAsync(failed(`c${at}`)), null);
    assert.equal((await journal.tail(33)).length, 33);
    await journal.close();
    assert.equal((await verified(options.directory)).entries, '40');
  });

  test(`${durability}: close writes what waits, then refuses`, async (context) => {
    const options = journalOptions(temporaryDirectory(context), { durability });
    const journal = await opened(options);
    const waiting = [journal.appendAsync(failed('one')), journal.appendAsync(failed('two'))];
    const closed = journal.close();
    assert.equal((await journal.appendAsync(failed('late')))?.kind, 'closed');
    await closed;
    assert.deepEqual(await Promise.all(waiting), [null, null]);
    assert.equal(journal.status().state, 'refusing');
    assert.equal((await verified(options.directory)).sealed, '2');
    await journal.close();
  });
}

test('an entry carries the envelope, and indices count from nought', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  const journal = await opened(options);
  await journal.appendAsync(decided({}));
  const [record] = await journal.tail(1);
  assert.equal(record?.index, '0');
  assert.equal(record?.entry.v, 1);
  assert.equal(record?.entry.instance, envelope.instance);
  assert.equal(record?.entry.tenant, envelope.tenant);
  assert.match(record?.entry.id ?? '', /^ent_/);
  const status = { state: 'writing', entries: '1', directory: options.directory, durability: 'os', fault: null };
  assert.deepEqual(journal.status(), status);
  await journal.close();
});

test('what is appended is what was meant when it was appended', async (context) => {
  const journal = await opened(journalOptions(temporaryDirectory(context)));
  const tables = ['public.patients'];
  const done = journal.appendAsync(decided({ tables }));
  tables[0] = 'public.other';
  await done;
  const [record] = await journal.tail(1);
  assert.deepEqual(record?.entry.type === 'statement.decided' && record.entry.tables, ['public.patients']);
  await journal.close();
});

test('an event that cannot be an entry is refused alone', async (context) => {
  const options = journalOptions(temporaryDirectory(context));
  const journal = await opened(options);
  const around = [
    journal.appendAsync(failed('before')),
    journal.appendAsync(failed('x'.repeat(40_000))),
    journal.appendAsync(failed('after')),
  ];
  const [before, large, after] = await Promise.all(around);
  assert.deepEqual([before, large?.kind, after], [null, 'entry', null]);
  await journal.close();
  assert.deepEqual([(await verified(options.directory)).ok, journal.status().entries], [true, '2']);
});

test('more than the queue holds is refused, and what was taken is written', async (context) => {
  const options = journalOptions(temporaryDirectory(context), { limits: { queueBytes: 2000 } });
  const journal = await opened(options);
  const all = await Promise.all(Array.from({ length: 50 }, (_, at) => journal.appendAsync(failed(`c${at}`))));
  const taken = all.filter((fault) => fault === null).length;
  assert.equal(taken > 3 && taken < 20, true);
  assert.equal(
    all.every((fault) => fault === null || fault.kind === 'queue'),
    true,
  );
  assert.equal(await journal.appendAsync(failed('later')), null);
  await journal.close();
  assert.equal((await verified(options.directory)).entries, String(taken + 1));
});

test('the head follows the entries without being asked', async (context) => {
  const options = journalOptions(temporaryDirectory(context), { limits: { sealMs: 5 } });
  const journal = await opened(options);
  for (let at = 1; at <= 3; at++) {
    await journal.appendAsync(failed(`c${at}`));
    while (parseHead(readFileSync(join(options.directory, 'checkpoint'), 'utf8'))?.size !== at) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await verified(options.directory)).ok, true);
  }
  await journal.close();
});

test('a log that is being written verifies at every moment', async (context) => {
  const options = journalOptions(temporaryDirectory(context), { limits: { sealMs: 2, segmentBytes: 20_000 } });
  const journal = await opened(options);
  for (let round = 0; round < 12; round++) {
    const check = verified(options.directory);
    // Bounded: writing is faster than verifying, and the log would double in every round.
    for (let turn = 0; turn < 10; turn++) {
      await Promise.all(Array.from({ length: 20 }, () => journal.appendAsync(decided({}))));
    }
    assert.deepEqual((await check).faults, []);
  }
  await journal.close();
});

test('the tail is as long as asked for, and as there is', async (context) => {
  const journal = await opened(journalOptions(temporaryDirectory(context), { limits: { segmentBytes: 100_000 } }));
  const text = 'x'.repeat(4000);
  for (let at = 0; at < 300; at++) await journal.appendAsync(decided({ text }));
  for (const count of [0, 1, 24, 25, 26, 100, 299, 300, 1000]) {
    const tail = await journal.tail(count);
    const size = Math.min(count, 300);
    assert.deepEqual(
      tail.map(({ index }) => Number(index)),
      Array.from({ length: size }, (_, at) => 300 - size + at),
    );
  }
  await journal.close();
});

function failed(connection: string): LedgerEvent {
  return { type: 'catalogue.failed', connection, code: 'x' };
}
