import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { configurationTemplate } from '../../../src/app/config/template.ts';

const values = new Map([
  ['<name of this gateway>', 'ward-7'],
  ['<name of your organisation>', 'general-hospital'],
  ['<numeric id of your GitHub organisation>', '9919'],
  ['<host of the database>', 'db.internal'],
  ['<name of the database>', 'ehr'],
]);

test('the template names every placeholder that is left, with its line', () => {
  const loaded = loadConfiguration(configurationTemplate, '/etc/sluice/sluice.yaml');
  assert.ok(!loaded.ok);
  const expected = configurationTemplate
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(/<(name|numeric|host)[^>]*>/g)].map(() => index + 1));
  assert.equal(expected.length, values.size);
  assert.deepEqual(
    loaded.error.map(({ line, message }) => ({ line, message })),
    expected.map((line) => ({ line, message: 'a placeholder is left here: replace it.' })),
  );
});

test('the template loads once its placeholders are filled', () => {
  const filled = [...values].reduce(
    (text, [placeholder, value]) => text.replace(placeholder, value),
    configurationTemplate,
  );
  const loaded = loadConfiguration(filled, '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.equal(loaded.value.name, 'ward-7');
  assert.equal(loaded.value.dataDir, '/etc/sluice/data');
  assert.deepEqual(loaded.value.connections[0]?.target, {
    host: 'db.internal',
    port: 5432,
    database: 'ehr',
    tls: 'verify-full',
    ca: null,
  });
});

test('what is commented out in the template is valid too', () => {
  const filled = [...values].reduce(
    (text, [placeholder, value]) => text.replace(placeholder, value),
    configurationTemplate,
  );
  const opened = filled
    .split('\n')
    .map((line) =>
      line.replace(/^( *)# ((?: *- |policies|approvals|retention|limits|publicUrl|workloads| {2}).*)$/, '$1$2'),
    )
    .filter((line) => !line.startsWith('policies:'))
    .join('\n');
  const loaded = loadConfiguration(opened, '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.equal(loaded.value.identity.issuers.length, 2);
  assert.equal(loaded.value.identity.workloads.length, 1);
  assert.equal(loaded.value.limits.idleMs, 30 * 60 * 1000);
  assert.equal(loaded.value.api.publicUrl, 'https://sluice.example');
});
