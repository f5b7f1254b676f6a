import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordedVerbs, run } from './recorded-verbs.ts';

describe('the verbs of the app', () => {
  const asked: readonly (readonly [readonly string[], unknown])[] = [
    [['demo'], ['demo', { fresh: false }]],
    [
      ['demo', '--fresh'],
      ['demo', { fresh: true }],
    ],
    [
      ['serve', '-c', 'a.yaml'],
      ['serve', { config: 'a.yaml' }],
    ],
    [
      ['check', '-c', 'a.yaml'],
      ['check', { config: 'a.yaml', probe: false }],
    ],
    [
      ['check', '--config', 'a.yaml', '--probe'],
      ['check', { config: 'a.yaml', probe: true }],
    ],
    [['init'], ['init', { directory: '.' }]],
    [
      ['init', '--directory', 'here'],
      ['init', { directory: 'here' }],
    ],
    [
      ['policy', 'check', 'policies'],
      ['policyCheck', { directory: 'policies' }],
    ],
    [
      ['ledger', 'verify'],
      ['ledgerVerify', { directory: '/demo/ledger', key: null, checkpoint: null }],
    ],
    [
      ['ledger', 'verify', '--dir', '/copy', '--key', 'k.pub', '--checkpoint', 'c.txt'],
      ['ledgerVerify', { directory: '/copy', key: 'k.pub', checkpoint: 'c.txt' }],
    ],
    [
      ['ledger', 'verify', '-c', 'a.yaml'],
      ['ledgerVerify', { directory: '/of/config/ledger', key: null, checkpoint: null }],
    ],
  ];
  for (const [given, call] of asked) {
    test(given.join(' '), async () => {
      const verbs = new RecordedVerbs();
      const ran = await run(verbs, given);
      assert.equal(ran.code, 0, ran.err);
      assert.deepEqual(verbs.calls, [call]);
    });
  }

  test('the exit code of a gateway that ran is the exit code', async () => {
    const verbs = new RecordedVerbs();
    verbs.exit = 1;
    assert.equal((await run(verbs, ['serve', '-c', 'a.yaml'])).code, 1);
    assert.equal((await run(verbs, ['demo'])).code, 1);
  });
});

describe('wrong usage is exit code 2, on the error stream', () => {
  const wrong: readonly (readonly string[])[] = [
    ['serve'],
    ['check'],
    ['frobnicate'],
    ['demo', '--frob'],
    ['demo', 'extra'],
    ['token'],
    ['token', 'a', 'b'],
    ['sql', 'clinic'],
    ['sql', 'clinic', 'select 1'],
    ['principals'],
    ['principals', 'remove', 'x'],
    ['principals', 'show', 'nightly-etl'],
    ['principals', 'show', 'demo/'],
    ['principals', 'disable', 'nightly-etl'],
    ['ledger', 'tail', '-n', '0'],
    ['ledger', 'tail', '-n', '1001'],
    ['ledger', 'tail', '-n', 'many'],
    ['policy', 'check'],
    ['policy', 'explain', 'clinic', 'select 1'],
    ['policy', 'explain', 'clinic', 'select 1', '--as', 'nightly-etl'],
    [],
  ];
  for (const given of wrong) {
    test(`sluice ${given.join(' ')}`, async () => {
      const verbs = new RecordedVerbs();
      const ran = await run(verbs, given);
      assert.equal(ran.code, 2);
      assert.equal(ran.out, '');
      assert.notEqual(ran.err, '');
      assert.deepEqual(verbs.calls, []);
    });
  }
});

describe('what is printed', () => {
  test('token prints only the token', async () => {
    assert.deepEqual(await run(new RecordedVerbs(), ['token', 'nightly-etl']), {
      code: 0,
      out: 'token-of-nightly-etl\n',
      err: '',
    });
    assert.deepEqual(await run(new RecordedVerbs(), ['token', 'mallory']), {
      code: 1,
      out: '',
      err: 'sluice: nobody is called mallory\nHINT: try nightly-etl\n',
    });
  });

  test('init prints what it wrote, or why it did not', async () => {
    assert.equal((await run(new RecordedVerbs(), ['init'])).out, 'sluice.yaml\npolicies/baseline.cedar\n');
    const refused = await run(new RecordedVerbs(), ['init', '--directory', 'full']);
    assert.deepEqual(refused, {
      code: 1,
      out: '',
      err: 'sluice: sluice.yaml is there already\nHINT: choose another\n',
    });
  });

  for (const given of [
    ['check', '-c', 'a.yaml'],
    ['policy', 'check', 'policies'],
  ]) {
    test(`${given[0]} prints faults as data, remarks as messages`, async () => {
      const verbs = new RecordedVerbs();
      verbs.findings = { faults: ['a.yaml:3: unknown key "tenat"'], remarks: ['no policy permits anything'] };
      assert.deepEqual(await run(verbs, given), {
        code: 1,
        out: 'a.yaml:3: unknown key "tenat"\n',
        err: 'note: no policy permits anything\n',
      });
      const json = await run(verbs, [...given, '--json']);
      assert.deepEqual([json.code, JSON.parse(json.out)], [1, verbs.findings]);
      verbs.findings = { faults: [], remarks: [] };
      const good = await run(verbs, given);
      assert.deepEqual([good.code, good.out], [0, '']);
    });
  }

  test('ledger path prints a directory', async () => {
    assert.equal((await run(new RecordedVerbs(), ['ledger', 'path'])).out, '/demo/ledger\n');
    assert.equal((await run(new RecordedVerbs(), ['ledger', 'path', '-c', 'a.yaml'])).out, '/of/config/ledger\n');
    const broken = await run(new RecordedVerbs(), ['ledger', 'path', '-c', 'broken.yaml']);
    assert.deepEqual(broken, { code: 1, out: '', err: 'sluice: broken.yaml:1: no dataDir\n' });
  });

  test('ledger verify says whether the signer was pinned', async () => {
    const verbs = new RecordedVerbs();
    const good = await run(verbs, ['ledger', 'verify', '--dir', '/copy']);
    assert.deepEqual([good.code, good.out], [0, 'verified: 12 entries in /copy, signer not pinned\n']);
    assert.match(good.err, /^note: the key was taken from beside the log.*; pass --key with a copy that you keep\n$/);
    verbs.verification = { ...verbs.verification, signerPinned: true };
    assert.deepEqual(await run(verbs, ['ledger', 'verify', '--key', 'k']), {
      code: 0,
      out: 'verified: 12 entries in /copy, signer pinned\n',
      err: '',
    });
  });

  test('ledger verify names every fault and fails', async () => {
    const verbs = new RecordedVerbs();
    verbs.verification = { ...verbs.verification, faults: ['entry 7: leaf differs'], remarks: ['unwitnessed'] };
    assert.deepEqual(await run(verbs, ['ledger', 'verify']), {
      code: 1,
      out: 'FAULT entry 7: leaf differs\nNOT verified, 1 fault: 12 entries in /copy, signer not pinned\n',
      err: 'note: unwitnessed\n',
    });
    const json = await run(verbs, ['ledger', 'verify', '--json']);
    assert.equal(json.code, 1);
    assert.deepEqual(JSON.parse(json.out), { ok: false, ...verbs.verification });
  });

  test('help and version are data and exit code 0', async () => {
    const help = await run(new RecordedVerbs(), ['--help']);
    assert.equal(help.code, 0);
    for (const verb of [
      'demo',
      'serve',
      'check',
      'init',
      'reload',
      'token',
      'sql',
      'principals',
      'sessions',
      'policy',
      'ledger',
    ]) {
      assert.match(help.out, new RegExp(`^  ${verb}\\b`, 'm'));
    }
    assert.match(help.out, /SLUICE_TOKEN=\$\(npx sluice token ada\) npx sluice principals disable demo\/nightly-etl/);
    assert.deepEqual(await run(new RecordedVerbs(), ['--version']), { code: 0, out: '1.2.3\n', err: '' });
    const disable = await run(new RecordedVerbs(), ['principals', 'disable', '--help']);
    assert.match(disable.out, /Needs an admin/);
  });

  test('a fault of a verb is a sentence without its message', async () => {
    const verbs = new RecordedVerbs();
    verbs.check = () => Promise.reject(new Error('password is hunter2'));
    assert.deepEqual(await run(verbs, ['check', '-c', 'a.yaml']), {
      code: 1,
      out: '',
      err: 'sluice: a fault of the command line (Error)\n',
    });
  });
});
