import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { journalLine } from '../../src/ledger/journal-line.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { verifierKeyOf } from '../../src/ledger/signer.ts';
import { formatVerifierKey } from '../../src/ledger/verifier-key.ts';
import type { FileJournal } from '../../src/store/file-journal.ts';
import { LedgerIntegrator, type LedgerIntegratorOptions } from '../../src/store/ledger-integrator.ts';
import { newSigner } from '../ledger/sample-events.ts';
import { readPublishedLog } from '../support/tlog-reference.ts';
import {
  journalOptions,
  opened,
  segmentNames,
  signer,
  temporaryDirectory,
  verified,
  wholeText,
} from './temporary-ledger.ts';

const vkey = formatVerifierKey(verifierKeyOf(signer)).trimEnd();

test('what is published is what a stranger reads out of it, at every size on the way', async (context) => {
  const log = await begun(context);
  for (const count of [0, 1, 5, 250, 1, 255, 300]) {
    await log.append(count);
    await log.integrator.integrate();
    assert.deepEqual(log.integrator.status(), {
      state: 'following',
      published: String(log.size()),
      behind: '0',
      since: null,
      fault: null,
    });
    assert.equal(log.published(), log.size());
    assert.deepEqual((await verified(log.directory)).faults, []);
  }
  const found = await verified(log.directory);
  assert.equal(found.published, String(log.size()));
});

test('partial files stay until the full one is there, and go then', async (context) => {
  const log = await begun(context);
  for (const count of [3, 4]) {
    await log.append(count);
    await log.integrator.integrate();
  }
  assert.deepEqual(readdirSync(join(log.tlog, 'tile/0/000.p')).sort(), ['3', '7']);
  assert.deepEqual(readdirSync(join(log.tlog, 'tile/entries/000.p')).sort(), ['3', '7']);
  await log.append(249);
  await log.integrator.integrate();
  assert.deepEqual(readdirSync(join(log.tlog, 'tile/0')), ['000']);
  assert.deepEqual(readdirSync(join(log.tlog, 'tile/entries')), ['000']);
  assert.deepEqual(readdirSync(join(log.tlog, 'tile/1/000.p')), ['1']);
});

test('a restart goes on at any size', async (context) => {
  const log = await begun(context);
  for (const count of [0, 255, 1, 1, 511, 256]) {
    await log.append(count);
    await log.restart();
    assert.equal(log.published(), log.size());
  }
  assert.deepEqual((await verified(log.directory)).faults, []);
});

test('a crash between any two files leaves what the next start completes', async (context) => {
  const log = await begun(context);
  await log.append(200);
  await log.integrator.stop();
  const before = snapshot(log.tlog);
  await log.append(400);
  await log.restart();
  await log.integrator.stop();
  const added = [...snapshot(log.tlog)].filter(([name]) => name !== 'checkpoint' && !before.has(name));
  assert.equal(added.length > 4, true);
  for (let written = 0; written <= added.length; written++) {
    restore(log.tlog, new Map([...before, ...added.slice(0, written)]));
    assert.deepEqual((await verified(log.directory)).faults, [], `${written} files`);
    await log.restart();
    assert.equal(log.published(), log.size());
    assert.deepEqual((await verified(log.directory)).faults, []);
    await log.integrator.stop();
  }
});

test('a damaged right edge is made anew from the journal', async (context) => {
  const log = await begun(context);
  await log.append(520);
  await log.integrator.stop();
  for (const name of ['tile/1/000.p/2', 'tile/0/002.p/8', 'tile/0/000']) {
    const whole = readFileSync(join(log.tlog, name));
    writeFileSync(join(log.tlog, name), whole.subarray(1));
    if (name === 'tile/1/000.p/2') {
      await log.restart();
      assert.deepEqual(log.integrator.status().state, 'following');
      assert.deepEqual(readFileSync(join(log.tlog, name)), whole);
      await log.integrator.stop();
    } else {
      assert.equal((await verified(log.directory)).ok, false);
      writeFileSync(join(log.tlog, name), whole);
    }
  }
  assert.deepEqual((await verified(log.directory)).faults, []);
});

test('a public form that was removed whole is made anew', async (context) => {
  const log = await begun(context);
  await log.append(300);
  await log.integrator.stop();
  rmSync(log.tlog, { recursive: true });
  await log.restart();
  assert.equal(log.published(), 300);
});

const contradictions: readonly {
  readonly name: string;
  readonly change: (log: Log, other: Log) => void;
  readonly says: RegExp;
}[] = [
  {
    name: 'the checkpoint of a log with other entries',
    change: (log, other) => restore(log.tlog, snapshot(other.tlog)),
    says: /^the journal is not the log that the published checkpoint was signed for$/,
  },
  {
    name: 'no checkpoint beside tiles',
    change: (log) => rmSync(join(log.tlog, 'checkpoint')),
    says: /^the published checkpoint is missing beside its tiles$/,
  },
  {
    name: 'a checkpoint that is none',
    change: (log) => writeFileSync(join(log.tlog, 'checkpoint'), 'x'),
    says: /^the published checkpoint is malformed$/,
  },
];

for (const { name, change, says } of contradictions) {
  test(`nothing is signed over ${name}`, async (context) => {
    const [log, other] = [await begun(context), await begun(context)];
    for (const each of [log, other]) {
      await each.append(40);
      await each.integrator.stop();
    }
    change(log, other);
    const before = snapshot(log.tlog);
    await log.append(10);
    await log.restart();
    const { state, fault, behind } = log.integrator.status();
    assert.equal(state, 'refusing');
    assert.match(fault ?? '', says);
    assert.notEqual(behind, '0');
    assert.deepEqual(snapshot(log.tlog), before);
  });
}

test('nothing is signed with another key, nor over a checkpoint of more entries than the journal has', async (context) => {
  const log = await begun(context);
  await log.append(40);
  await log.integrator.stop();
  await log.restart({ signer: newSigner(signer.keyName) });
  assert.match(log.integrator.status().fault ?? '', /^the published checkpoint is not signed by /);
  await log.restart({ entries: () => 39 });
  assert.match(
    log.integrator.status().fault ?? '',
    /^the journal has 39 entries, and the published checkpoint covers 40$/,
  );
});

test('a checkpoint that somebody else replaced while it runs ends the signing', async (context) => {
  const log = await begun(context);
  await log.append(5);
  await log.integrator.integrate();
  const older = readFileSync(join(log.tlog, 'checkpoint'));
  await log.append(5);
  await log.integrator.integrate();
  writeFileSync(join(log.tlog, 'checkpoint'), older);
  await log.append(5);
  await log.integrator.integrate();
  const { state, fault } = log.integrator.status();
  assert.deepEqual([state, fault], ['refusing', 'the published checkpoint was replaced by another one']);
  assert.deepEqual(readFileSync(join(log.tlog, 'checkpoint')), older);
});

test('a fault of the disk blocks no entry, is seen, and is over when it is over', async (context) => {
  const log = await begun(context, 'fsync');
  await log.append(5);
  await log.integrator.integrate();
  rmSync(join(log.tlog, 'tile'), { recursive: true });
  writeFileSync(join(log.tlog, 'tile'), 'in the way');
  await log.append(3);
  await log.integrator.integrate();
  const { state, published, behind, since, fault } = log.integrator.status();
  assert.deepEqual([state, published, behind], ['failing', '5', '3']);
  assert.match(since ?? '', /^\d{4}-.*Z$/);
  assert.match(fault ?? '', /^(not a directory|file already exists)$/);
  assert.deepEqual(readdirSync(join(log.directory, '../tiles')), []);
  rmSync(join(log.tlog, 'tile'));
  await log.integrator.integrate();
  assert.deepEqual(log.integrator.status().state, 'following');
  assert.equal(log.published(), 8);
  assert.deepEqual((await verified(log.directory)).faults, []);
});

test('started, it follows by itself; stopped, everything is published', async (context) => {
  const log = await begun(context);
  log.integrator.start();
  await log.append(600);
  await log.journal.close();
  await log.integrator.stop();
  assert.equal(log.published(), 600);
  assert.equal(log.integrator.status().state, 'stopped');
});

test('a log verifies at any moment while it is published', async (context) => {
  const log = await begun(context);
  for (let round = 0; round < 25; round++) {
    const [found] = await Promise.all([
      verified(log.directory),
      log.append(1 + ((round * 37) % 90)).then(() => log.integrator.integrate()),
    ]);
    assert.deepEqual(found.faults, [], `round ${round}`);
  }
  assert.equal(log.published(), log.size());
});

test('entries that the writer took back are never published', async (context) => {
  const log = await begun(context);
  let durable = 0;
  await log.restart({ entries: () => durable });
  await log.append(10);
  durable = 4;
  await log.integrator.integrate();
  assert.equal(log.published(), 4);
  const segment = join(log.directory, segmentNames(log.directory).at(-1) ?? '');
  const lines = readFileSync(segment, 'utf8').split('\n').slice(0, -1);
  const others = lines.map((line, index) => {
    const entry = line.slice(line.indexOf('{')).replace('"code":"x"', '"code":"y"');
    return journalLine(index, leafHash(entry), entry).slice(0, -1);
  });
  writeFileSync(segment, `${[...lines.slice(0, 4), ...others.slice(4)].join('\n')}\n`);
  durable = 10;
  await log.integrator.integrate();
  assert.equal(log.published(), 10);
});

interface Log {
  readonly directory: string;
  readonly tlog: string;
  readonly journal: FileJournal;
  integrator: LedgerIntegrator;
  size(): number;
  append(count: number): Promise<void>;
  /** The size that a stranger finds, with nothing but the key. */
  published(): number;
  /** Another process would do the same: what is not in files is gone. */
  restart(changes?: Partial<LedgerIntegratorOptions>): Promise<void>;
}

async function begun(context: TestContext, durability: 'os' | 'fsync' = 'os'): Promise<Log> {
  const root = temporaryDirectory(context);
  const journal = await opened(journalOptions(root, { limits: { segmentBytes: 20_000 } }));
  context.after(() => journal.close());
  const directory = join(root, 'ledger');
  const tlog = join(directory, 'tlog');
  const size = () => Number(journal.status().entries);
  const options: LedgerIntegratorOptions = {
    directory,
    scratch: join(root, 'tiles'),
    durability,
    signer,
    clock: systemClock,
    entries: size,
    limits: { intervalMs: 1, roundEntries: 300 },
  };
  const log: Log = {
    directory,
    tlog,
    journal,
    integrator: new LedgerIntegrator(options),
    size,
    append: async (count) => {
      const events = Array.from({ length: count }, (_, at) => `c${size() + at}`);
      const faults = await Promise.all(
        events.map((connection) => journal.appendAsync({ type: 'catalogue.failed', connection, code: 'x' })),
      );
      assert.deepEqual(
        faults.filter((fault) => fault !== null),
        [],
      );
    },
    published: () => {
      const entries = readPublishedLog((path) => fileAt(join(tlog, path)), vkey);
      const lines = wholeText(directory).split('\n').slice(0, entries.length);
      assert.deepEqual(
        entries.map(String),
        lines.map((line) => line.slice(line.indexOf('{'))),
      );
      return entries.length;
    },
    restart: async (changes = {}) => {
      await log.integrator.stop();
      log.integrator = new LedgerIntegrator({ ...options, ...changes });
      await log.integrator.integrate();
    },
  };
  context.after(() => log.integrator.stop());
  return log;
}

function fileAt(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

function snapshot(directory: string): Map<string, Buffer> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

function restore(directory: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(directory, { recursive: true });
  for (const [name, bytes] of files) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), bytes);
  }
}
