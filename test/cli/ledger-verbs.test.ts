import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordedVerbs, run } from './recorded-verbs.ts';

test('ledger export prints the proof as it is, of the demo, a directory or a configuration', async () => {
  const verbs = new RecordedVerbs();
  for (const [given, directory] of [
    [[], '/demo/ledger'],
    [['--dir', '/copy'], '/copy'],
    [['-c', 'sluice.yaml'], '/of/config/ledger'],
  ] as const) {
    const ran = await run(verbs, ['ledger', 'export', '7', ...given]);
    assert.deepEqual([ran.code, ran.out, ran.err], [0, 'c2sp.org/tlog-proof@v1\n', '']);
    assert.deepEqual(verbs.calls.at(-1), ['ledgerExport', { directory, index: 7 }]);
  }
});

test('ledger export refuses what is not published, and what is no index', async () => {
  const verbs = new RecordedVerbs();
  const beyond = await run(verbs, ['ledger', 'export', '12']);
  assert.deepEqual([beyond.code, beyond.out, beyond.err], [1, '', 'sluice: entry 12 is not published\n']);
  for (const given of ['x', '-1', '01', '1.5', '9'.repeat(16)]) {
    const ran = await run(verbs, ['ledger', 'export', given]);
    assert.deepEqual([ran.code, ran.out], [2, ''], given);
  }
  assert.equal(verbs.calls.length, 1);
});

test('ledger proof says what is proven, for people and as JSON', async () => {
  const verbs = new RecordedVerbs();
  const text = await run(verbs, ['ledger', 'proof', 'entry.tlog-proof', '--key', 'log.vkey']);
  assert.deepEqual(verbs.calls.at(-1), ['ledgerProof', { file: 'entry.tlog-proof', key: 'log.vkey' }]);
  assert.equal(text.code, 0);
  assert.equal(
    text.out,
    'proven: entry 3 of clinic-gateway, under a checkpoint of 12 entries\n{"type":"gateway.stopped"}\n',
  );
  const json = await run(verbs, ['ledger', 'proof', 'entry.tlog-proof', '--key', 'log.vkey', '--json']);
  assert.deepEqual(JSON.parse(json.out), {
    ok: true,
    origin: 'clinic-gateway',
    index: '3',
    size: '12',
    entry: { type: 'gateway.stopped' },
  });
});

test('ledger proof fails for what proves nothing, and asks for a key', async () => {
  const verbs = new RecordedVerbs();
  const forged = await run(verbs, ['ledger', 'proof', 'forged', '--key', 'log.vkey', '--json']);
  assert.deepEqual(
    [forged.code, forged.out, forged.err],
    [1, '', 'sluice: the checkpoint in the proof is malformed\n'],
  );
  assert.equal((await run(verbs, ['ledger', 'proof', 'entry.tlog-proof'])).code, 2);
});
