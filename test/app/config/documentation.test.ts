import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { printDuration, printSize } from '../../../src/app/config/quantities.ts';
import { defaultLimits } from '../../../src/core/limits.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

test('the page has every limit with its default', () => {
  for (const [name, value] of Object.entries(defaultLimits)) {
    const shown = name.endsWith('Ms') ? printDuration(value) : name.endsWith('Bytes') ? printSize(value) : `${value}`;
    assert.ok(page.includes(`| \`${name}\` |`) && page.includes(`| \`${shown}\` |`), `${name} ${shown}`);
    assert.match(page, new RegExp(`\\| \`${name}\` \\| \\w+ \\| \`${shown}\` \\|`));
  }
});

test('the page has every key that a fault would offer', () => {
  const loaded = loadConfiguration(
    [
      'zzzzzzzz: 1',
      'api: { zzzzzzzz: 1, login: { zzzzzzzz: 1 } }',
      'masking: { zzzzzzzz: 1 }',
      'ledger: { zzzzzzzz: 1 }',
      'approvals: { zzzzzzzz: 1, breakGlass: [{ zzzzzzzz: 1 }] }',
      'retention: { zzzzzzzz: 1 }',
      'identity: { zzzzzzzz: 1, issuers: [{ zzzzzzzz: 1 }], workloads: [{ zzzzzzzz: 1 }], roles: { zzzzzzzz: 1 } }',
      'listeners: { pg: { zzzzzzzz: 1 } }',
      'connections: { c: { zzzzzzzz: 1, target: { zzzzzzzz: 1 }, credentials: [{ zzzzzzzz: 1 }] } }',
    ].join('\n'),
    'sluice.yaml',
  );
  assert.ok(!loaded.ok);
  const offers = loaded.error.flatMap(
    ({ message }) => /the keys here are (.*)\./.exec(message)?.[1]?.split(', ') ?? [],
  );
  assert.ok(offers.length > 45, `${offers.length}`);
  assert.deepEqual(
    offers.filter((key) => !page.includes(key)),
    [],
  );
});
