import assert from 'node:assert/strict';
import type { ConfigurationFault } from '../../../src/app/config/configuration-fault.ts';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';

/** A sound file; every line of it is numbered, so that tests can point at one. */
export const sound = [
  'name: ward-7', // 1
  'tenant: general-hospital',
  'dataDir: ./data', // 3
  'api: { address: 127.0.0.1:8400 }',
  'listeners:', // 5
  '  pg:',
  '    protocol: postgres', // 7
  '    address: 127.0.0.1:15432',
  '    tls: auto', // 9
  '    auth: token',
  'identity:', // 11
  '  issuers:',
  '    - id: ci', // 13
  '      issuer: https://ci.example',
  '      audience: sluice', // 15
  '      profile: generic',
  '  roles: { approver: [compliance] }', // 17
  'connections:',
  '  clinic:', // 19
  '    protocol: postgres',
  '    target: { host: db.internal, database: clinic }', // 21
  '    credentials:',
  '      - { for: group:pipelines, user: etl, password: { env: CLINIC_PASSWORD } }', // 23
  '    protect:',
  '      public.patients.ssn: ssn', // 25
  'masking:',
  '  classes: { ssn: redact }', // 27
];

/** One fault class: lines of {@link sound} replaced (or added after the last), and what must be said of them. */
export interface FaultCase {
  readonly name: string;
  /** Line to its new text; null removes it. */
  readonly change: Readonly<Record<number, string | null>>;
  readonly faults: readonly (readonly [line: number, column: number, path: string, message: RegExp])[];
}

export function changed(change: FaultCase['change']): string {
  const lines: (string | null)[] = [...sound];
  for (const [line, text] of Object.entries(change)) lines[Number(line) - 1] = text;
  return lines.filter((line) => line !== null).join('\n');
}

/** Loads the changed file and compares all faults: none missing, none more, each a sentence at its place. */
export function assertFaults({ change, faults }: Omit<FaultCase, 'name'>): void {
  const loaded = loadConfiguration(changed(change), '/etc/sluice/sluice.yaml');
  assert.ok(!loaded.ok, 'the file was accepted');
  const shown = JSON.stringify(loaded.error, null, 1);
  assert.equal(loaded.error.length, faults.length, shown);
  for (const [index, [line, column, path, message]] of faults.entries()) {
    const fault: ConfigurationFault | undefined = loaded.error[index];
    assert.deepEqual([fault?.line, fault?.column, fault?.path], [line, column, path], shown);
    assert.match(fault?.message ?? '', message);
    assert.match(fault?.message ?? '', /[.?]$/, 'a sentence');
  }
}
