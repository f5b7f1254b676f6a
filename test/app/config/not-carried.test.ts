import { test } from 'node:test';
import { assertFaults, type FaultCase } from './faults-of.ts';

/** Final form of the file, ahead of the product: refused by name, with what to do meanwhile. */
const cases: readonly FaultCase[] = [
  {
    name: 'auth: scram',
    change: { 10: '    auth: scram' },
    faults: [[10, 11, 'listeners.pg.auth', /SCRAM listeners are not carried yet; use `auth: token`/]],
  },
  {
    name: 'proxyProtocol',
    change: { 10: '    proxyProtocol: [10.0.0.0/8]' },
    faults: [[10, 20, 'listeners.pg.proxyProtocol', /PROXY protocol is not carried yet/]],
  },
  {
    name: 'another protocol',
    change: { 7: '    protocol: mysql' },
    faults: [[7, 15, 'listeners.pg.protocol', /this protocol is not carried yet/]],
  },
  {
    name: 'state.url',
    change: { 28: 'state: { url: { env: SLUICE_STATE_URL } }' },
    faults: [[28, 15, 'state.url', /not carried yet; remove `state`/]],
  },
  {
    name: 'anchors',
    change: { 28: 'ledger: { anchors: [{ url: x }] }' },
    faults: [[28, 20, 'ledger.anchors', /anchors are not carried yet/]],
  },
  {
    name: 'unlisted: refuse',
    change: { 17: '  unlisted: refuse' },
    faults: [[17, 13, 'identity.unlisted', /not carried yet; remove the key, and limit workloads by policy/]],
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
  ...['gitlab-ci', 'azure-devops', 'entra-app', 'kubernetes', 'spiffe'].map(
    (profile): FaultCase => ({
      name: `profile ${profile}`,
      change: { 16: `      profile: ${profile}` },
      faults: [[16, 16, 'identity.issuers[0].profile', /not carried yet; use generic, github-actions or people/]],
    }),
  ),
];

for (const { name, change, faults } of cases) test(name, () => assertFaults({ change, faults }));
