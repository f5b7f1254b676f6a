import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { configurationTemplate } from '../../../src/app/config/template.ts';
import { checkPolicyFolder } from '../../../src/app/verbs/check.ts';
import { init } from '../../../src/app/verbs/init.ts';

describe('sluice init', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-init-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('writes a configuration and a policy, into a folder that it makes', async () => {
    const directory = join(folder, 'gateway');
    const written = await init(directory);
    assert.ok(written.ok);
    assert.deepEqual(written.value, [join(directory, 'sluice.yaml'), join(directory, 'policies', 'baseline.cedar')]);
    assert.equal(readFileSync(join(directory, 'sluice.yaml'), 'utf8'), configurationTemplate);
    assert.equal(statSync(join(directory, 'sluice.yaml')).mode & 0o007, 0);
    assert.deepEqual((await checkPolicyFolder(join(directory, 'policies'))).faults, []);
  });

  for (const there of ['sluice.yaml', join('policies', 'baseline.cedar')]) {
    test(`writes nothing at all where ${there} is`, async () => {
      mkdirSync(join(folder, 'policies'));
      writeFileSync(join(folder, there), 'mine');
      const refused = await init(folder);
      assert.ok(!refused.ok);
      assert.equal(refused.error.message, `${join(folder, there)} is there already`);
      assert.equal(readFileSync(join(folder, there), 'utf8'), 'mine');
      assert.equal(existsSync(join(folder, 'sluice.yaml')), there === 'sluice.yaml');
    });
  }

  test('a folder that cannot be made is a sentence', async () => {
    writeFileSync(join(folder, 'file'), '');
    const refused = await init(join(folder, 'file', 'gateway'));
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /file\/gateway cannot be written \(ENOTDIR\)$/);
  });
});

describe('sluice policy check', () => {
  test('a folder that is not there was misspelt, and does not pass for one without faults', async () => {
    const nowhere = join(tmpdir(), 'sluice-no-such-folder');
    assert.deepEqual(await checkPolicyFolder(nowhere), {
      faults: [`${nowhere} is no folder: nothing was checked`],
      remarks: [],
    });
    assert.equal((await checkPolicyFolder(import.meta.filename)).faults.length, 1);
  });

  test('permits that are past their day are named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-check-'));
    const head = '(principal, action == Action::"select", resource);';
    writeFileSync(
      join(folder, 'a.cedar'),
      `@id("on") @validUntil("2999-01-01") permit${head}\n@id("over") @validUntil("2020-01-01") permit${head}`,
    );
    const { faults, remarks } = await checkPolicyFolder(folder);
    rmSync(folder, { recursive: true });
    assert.deepEqual(faults, []);
    assert.deepEqual(remarks, [
      '2 policies, 2 of them permits',
      'a.cedar:2: permit "over" grants nothing: it was valid until 2020-01-01',
    ]);
  });

  test('policies are counted, and their faults told', async () => {
    const folder = join(import.meta.dirname, '../../../policies/demo');
    assert.deepEqual(await checkPolicyFolder(folder), { faults: [], remarks: ['11 policies, 7 of them permits'] });
  });
});
