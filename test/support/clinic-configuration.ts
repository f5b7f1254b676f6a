import { clinicProtection } from './clinic.ts';

export interface ClinicConfigurationOptions {
  /** YAML lines under `protect:`; empty: nothing is protected. */
  readonly protect?: string;
  readonly limits?: string;
  readonly durability?: 'fsync' | 'os';
  /** Lines under `approvals:`. */
  readonly approvals?: string;
}

/** A configuration of one gateway before the clinic. The password is in TEST_CLINIC_PASSWORD; ports are free ones. */
export function clinicConfiguration(
  options: ClinicConfigurationOptions & {
    readonly issuer: string;
    readonly database: { readonly port: number; readonly user: string };
    readonly port?: number;
  },
): string {
  const { protect = clinicProtection, issuer, database, port = 0 } = options;
  return `name: test-gateway
tenant: test-hospital
dataDir: ./data
api: { address: 127.0.0.1:0 }
listeners:
  pg: { protocol: postgres, address: 127.0.0.1:0, tls: auto, auth: token }
  plain: { protocol: postgres, address: "127.0.0.1:${port}", tls: off, auth: token }
  scram: { protocol: postgres, address: 127.0.0.1:0, tls: auto, auth: scram }
  scram-plain: { protocol: postgres, address: 127.0.0.1:0, tls: off, auth: scram }
identity:
  issuers:
    - { id: ci, issuer: "${issuer}", audience: sluice, profile: generic, require: { kind: workload }, groups: [pipelines] }
    - { id: people, issuer: "${issuer}", audience: sluice, profile: people, require: { kind: person }, groupsFrom: groups }
  roles: { approver: [compliance], auditor: [audit], admin: [platform] }
connections:
  clinic:
    protocol: postgres
    target: { host: 127.0.0.1, port: ${database.port}, database: clinic, tls: off }
    credentials:
      - { user: ${database.user}, password: { env: TEST_CLINIC_PASSWORD } }
${protect === '' ? '' : `    protect:${protect}\n`}masking:
  classes: { ssn: redact, mrn: tokenize, birth_date: year, phone: { partial: { keepLast: 4 } }, free_text: 'null' }
policies: ./policies
ledger: { durability: ${options.durability ?? 'os'} }
${options.limits === undefined ? '' : `limits: ${options.limits}\n`}${options.approvals === undefined ? '' : `approvals:${options.approvals}\n`}`;
}
