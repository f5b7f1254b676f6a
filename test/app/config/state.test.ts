import { test } from 'node:test';
import { assertFaults, type FaultCase } from './faults-of.ts';

const cases: readonly FaultCase[] = [
  {
    name: 'a URL that stands in the file, and is not repeated',
    change: { 28: 'state: { url: "postgres://sluice:secret@db/state" }' },
    faults: [[28, 15, 'state.url', /^secrets do not stand in this file; use \{ env: NAME \} or \{ file: PATH \}\.$/]],
  },
  {
    name: 'a state without a URL',
    change: { 28: 'state: {}' },
    faults: [[28, 8, 'state', /`url` is missing/]],
  },
  {
    name: 'a key that is none',
    change: { 28: 'state: { url: { env: STATE }, pool: 5 }' },
    faults: [[28, 31, 'state.pool', /Sluice knows no such key here/]],
  },
];

for (const { name, change, faults } of cases) test(name, () => assertFaults({ change, faults }));
