import { test } from 'node:test';
import { assertFaults, type FaultCase } from './faults-of.ts';

/** Final form of the file, ahead of the product: refused by name, with what to do meanwhile. */
const cases: readonly FaultCase[] = [
  {
    name: 'another protocol',
    change: { 7: '    protocol: mysql' },
    faults: [[7, 15, 'listeners.pg.protocol', /this protocol is not carried yet/]],
  },
  {
    name: 'anchors',
    change: { 28: 'ledger: { anchors: [{ url: x }] }' },
    faults: [[28, 20, 'ledger.anchors', /anchors are not carried yet/]],
  },
  {
    name: 'a vault',
    change: { 23: '      - { user: etl, password: { vault: secret/clinic } }' },
    faults: [[23, 41, 'connections.clinic.credentials[0].password.vault', /from a vault are not carried yet/]],
  },
  {
    name: 'sealOriginals',
    change: { 27: '  sealOriginals: { file: auditor.pub }' },
    faults: [[27, 18, 'masking.sealOriginals', /sealed originals are not carried yet/]],
  },
  {
    name: 'subject',
    change: { 25: '    subject: public.patients.id', 24: null },
    faults: [[24, 14, 'connections.clinic.subject', /attribution to subjects is not carried yet/]],
  },
];

for (const { name, change, faults } of cases) test(name, () => assertFaults({ change, faults }));
