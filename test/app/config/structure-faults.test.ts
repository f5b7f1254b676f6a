import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { mostFaults } from '../../../src/app/config/spot.ts';
import { assertFaults, type FaultCase, sound } from './faults-of.ts';

const cases: readonly FaultCase[] = [
  {
    name: 'an unknown key with a near one',
    change: { 3: 'datadir: ./data' },
    faults: [
      [1, 1, '', /`dataDir` is missing/],
      [3, 1, 'datadir', /did you mean `dataDir`\?/],
    ],
  },
  {
    name: 'an unknown key far from all',
    change: { 28: 'wibble: 1' },
    faults: [[28, 1, 'wibble', /no such key here; the keys here are name, tenant,/]],
  },
  {
    name: 'an unknown key deep down',
    change: { 21: '    target: { host: db, database: d, prot: 1 }' },
    faults: [[21, 38, 'connections.clinic.target.prot', /did you mean `port`\?/]],
  },
  {
    name: 'a required key is missing: name',
    change: { 1: null },
    faults: [[1, 1, '', /`name` is missing, and it is required: add it\./]],
  },
  { name: 'a required key is missing: tenant', change: { 2: null }, faults: [[1, 1, '', /`tenant` is missing/]] },
  {
    name: 'a required key is missing: listeners',
    change: { 5: null, 6: null, 7: null, 8: null, 9: null, 10: null },
    faults: [[1, 1, '', /`listeners` is missing/]],
  },
  {
    name: 'a required key is missing: issuers',
    change: { 12: null, 13: null, 14: null, 15: null, 16: null },
    faults: [[12, 3, 'identity', /`issuers` is missing/]],
  },
  {
    name: 'a required key is missing: connections',
    change: {
      18: 'masking:',
      19: null,
      20: null,
      21: null,
      22: null,
      23: null,
      24: null,
      25: null,
      26: null,
      27: '  classes: {}',
    },
    faults: [[1, 1, '', /`connections` is missing/]],
  },
  {
    name: 'an empty value',
    change: { 3: 'dataDir:' },
    faults: [[3, 1, 'dataDir', /nothing stands here: give it a value or remove the key/]],
  },
  {
    name: 'a number where text is due',
    change: { 2: 'tenant: 9919' },
    faults: [[2, 9, 'tenant', /must be text: put it in quotes/]],
  },
  { name: 'a list where a mapping is due', change: { 4: 'api: []' }, faults: [[4, 6, 'api', /must be a mapping/]] },
  {
    name: 'a mapping where a list is due',
    change: { 17: '  roles: { approver: {} }' },
    faults: [[17, 22, 'identity.roles.approver', /must be a list/]],
  },
  {
    name: 'a name with a space',
    change: { 1: 'name: ward seven' },
    faults: [[1, 7, 'name', /a name of letters, digits/]],
  },
  { name: 'a placeholder', change: { 1: 'name: <your name>' }, faults: [[1, 7, 'name', /a placeholder is left here/]] },
  { name: 'a key twice', change: { 28: 'tenant: other' }, faults: [[28, 1, '', /stands here for the second time/]] },
  {
    name: 'a key twice, deep down',
    change: { 27: '  classes: { ssn: redact, ssn: year }' },
    faults: [[27, 27, '', /second time/]],
  },
  { name: 'an anchor', change: { 2: 'tenant: &t x' }, faults: [[2, 12, '', /anchors .* are not read/]] },
  {
    name: 'an alias',
    change: { 1: 'name: &n x', 2: 'tenant: *n' },
    faults: [
      [1, 10, '', /anchors/],
      [2, 9, '', /aliases .* are not read/],
    ],
  },
  { name: 'a tag', change: { 2: 'tenant: !!str x' }, faults: [[2, 15, '', /tags .* are not read/]] },
  {
    name: 'a merge key is a key like any other',
    change: { 4: '<<: { address: 127.0.0.1:1 }' },
    faults: [[4, 1, '<<', /no such key/]],
  },
  { name: 'two documents', change: { 28: '---\nname: other' }, faults: [[28, 1, '', /more than one document/]] },
  {
    name: 'a bracket that is not closed',
    change: { 27: '  classes: { ssn: redact' },
    faults: [[27, 25, '', /a bracket or quote above is not closed/]],
  },
  { name: 'a tab', change: { 27: '\tclasses: {}' }, faults: [[27, 1, '', /must be spaces, not tabs/]] },
];

for (const { name, change, faults } of cases) test(name, () => assertFaults({ change, faults }));

test('an empty file is a fault', () => {
  for (const text of ['', '# nothing\n', 'just text', '[]']) {
    const loaded = loadConfiguration(text, 'sluice.yaml');
    assert.ok(!loaded.ok);
    assert.match(loaded.error[0]?.message ?? '', /must be a mapping/, text);
  }
});

test('a file above 1 MiB is not read', () => {
  const loaded = loadConfiguration(`${sound.join('\n')}\n#${'x'.repeat(1024 * 1024)}`, 'sluice.yaml');
  assert.deepEqual(loaded, {
    ok: false,
    error: [{ line: 1, column: 1, path: '', message: 'the file is larger than 1 MiB; a configuration is not.' }],
  });
});

test('bombs end in a bounded list of faults', () => {
  const laughs = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  const nested = `name: ${'['.repeat(20_000)}`;
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n');
  for (const text of [`a0: &a0 x\n${laughs.join('\n')}`, nested, keys]) {
    const loaded = loadConfiguration(text, 'sluice.yaml');
    assert.ok(!loaded.ok && loaded.error.length <= mostFaults);
  }
});

test('whatever the bytes, there is an answer', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(sound.join('\n').length), fc.nat(8), (noise, at, cut) => {
      const text = sound.join('\n');
      const loaded = loadConfiguration(text.slice(0, at) + noise + text.slice(at + cut), 'sluice.yaml');
      return (
        loaded.ok || loaded.error.every(({ line, column, message }) => line >= 1 && column >= 1 && message.length > 10)
      );
    }),
  );
});
