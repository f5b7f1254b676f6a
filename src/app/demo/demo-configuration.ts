import { fileURLToPath } from 'node:url';
import type { DemoPorts } from './demo-ports.ts';

export interface DemoTarget {
  readonly port: number;
  readonly etlPasswordFile: string;
  readonly agentPasswordFile: string;
  readonly records: { readonly port: number; readonly keyFile: string };
}

/** The demo's configuration file. Names are those of the documentation: they are pasted. */
export function demoConfiguration(ports: DemoPorts, issuerUrl: string, target: DemoTarget): string {
  return `# Written by \`sluice demo\` at every start. To change something, copy it and run \`sluice serve -c COPY\`.
name: demo
tenant: demo-clinic
dataDir: ./data
api: { address: 127.0.0.1:${ports.api}, login: { issuer: people, clientId: sluice } }

listeners:
  pg: { protocol: postgres, address: 127.0.0.1:${ports.pg}, tls: auto, auth: token }
  pg-scram: { protocol: postgres, address: 127.0.0.1:${ports.pgScram}, tls: auto, auth: scram }
  records: { protocol: http, address: 127.0.0.1:${ports.records}, tls: off, connection: records }

identity:
  issuers:
    - id: demo
      issuer: ${issuerUrl}
      audience: sluice
      profile: generic
      require: { kind: workload }
      groupsFrom: groups
    - id: people
      issuer: ${issuerUrl}
      audience: sluice
      profile: people
      require: { kind: person }
      groupsFrom: groups
  workloads:
    - { principal: demo/nightly-etl, owner: ada, purpose: HOPERAT, vendor: internal }
    - { principal: demo/coding-agent, owner: dana, purpose: HOPERAT, vendor: internal }
  roles: { approver: [compliance], auditor: [audit], admin: [platform] }

connections:
  clinic:
    protocol: postgres
    target: { host: 127.0.0.1, port: ${target.port}, database: clinic, tls: off }
    credentials:
      - { for: group:agents, user: sluice_agent, password: { file: ${JSON.stringify(target.agentPasswordFile)} } }
      - { user: sluice_etl, password: { file: ${JSON.stringify(target.etlPasswordFile)} } }
    protect:
      # The ZIP code of a patient is left out on purpose: it shows what a forgotten column looks like.
      public.patients.mrn: mrn
      public.patients.ssn: ssn
      public.patients.full_name: name
      public.patients.birth_date: birth_date
      public.patients.phone: phone
      public.patients.email: email
      public.patients.address: address
      public.patients.notes: free_text
      public.providers.full_name: provider_name
      public.providers.phone: phone
      public.providers.email: email
      public.encounters.notes: free_text
      public.claims.member_id: health_plan
      public.lab_results.comment: free_text
      public.messages.sender: name
      public.messages.recipient: name
      public.messages.body: free_text
  records:
    protocol: http
    target: { url: "http://127.0.0.1:${target.records.port}" }
    credentials:
      - { header: Authorization, prefix: "Bearer ", value: { file: ${JSON.stringify(target.records.keyFile)} } }
    protect:
      $..ssn: ssn
      $..name: name
      $..phone: phone
    routes:
      GET /patients: { query: [status] }
      GET /patients/{id}:
      PATCH /patients/{id}:

masking:
  classes: { ssn: redact, mrn: tokenize, birth_date: year, phone: { partial: { keepLast: 4 } } }

policies: ${JSON.stringify(demoPolicies)}
ledger: { durability: os, publish: true }
`;
}

/** The policies of the demo, as they are in the repository. */
const demoPolicies = fileURLToPath(new URL('../../../policies/demo', import.meta.url));
