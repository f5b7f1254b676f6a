import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printFault } from '../../src/app/config/configuration-fault.ts';
import { loadConfiguration } from '../../src/app/config/load-configuration.ts';
import { type RecordsService, startRecords } from '../../src/app/demo/records-service.ts';
import { type Gateway, startGateway } from '../../src/app/gateway.ts';
import { err, ok } from '../../src/base/result.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { ledgerTail } from './ledger-entries.ts';
import { openFolder } from './open-folder.ts';

/** The demo's records service, a real issuer, and a gateway between them, in this process. */
export interface RecordsGateway {
  readonly gateway: Gateway;
  readonly issuer: TestIssuer;
  readonly url: string;
  /** The service itself, around the gateway. */
  readonly direct: string;
  readonly api: string;
  /** A token of a workload in the group `pipelines`. */
  token(subject?: string): Promise<string>;
  person(subject: string, group: string): Promise<string>;
  rewrite(change: (yaml: string) => string): void;
  entries(): readonly Record<string, unknown>[];
  stop(): Promise<void>;
}

export const recordsKey = 'upstream-key-0815';

export async function startRecordsGateway(
  options: {
    readonly policies?: string;
    readonly routes?: string;
    /** In the place of the demo's. */
    readonly service?: Pick<RecordsService, 'port' | 'stop'>;
  } = {},
): Promise<RecordsGateway> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const service = options.service ?? (await startRecords(recordsKey));
  process.env['TEST_RECORDS_KEY'] = recordsKey;
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'records.cedar'), options.policies ?? recordsPolicies);
  const file = join(folder, 'sluice.yaml');
  writeFileSync(file, configuration(issuer.url, service.port, options.routes ?? recordsRoutes));
  const read = async () => {
    const loaded = loadConfiguration(readFileSync(file, 'utf8'), file);
    return loaded.ok ? ok(loaded.value) : err(loaded.error.map((fault) => printFault(file, fault)));
  };
  const loaded = await read();
  if (!loaded.ok) throw new Error(loaded.error.join('\n'));
  const started = await startGateway({ configuration: loaded.value, read });
  if (!started.ok) throw new Error(started.error.join('\n'));
  const gateway = started.value;
  return {
    gateway,
    issuer,
    url: `http://${gateway.listeners.open[0]?.listener.address}`,
    direct: `http://127.0.0.1:${service.port}`,
    api: gateway.api,
    token: (subject = 'job') => issuer.token({ sub: subject, kind: 'workload' }),
    person: (sub, group) =>
      issuer.token({ sub, kind: 'person', groups: [group], auth_time: Math.floor(Date.now() / 1000) }),
    rewrite: (change) => writeFileSync(file, change(readFileSync(file, 'utf8'))),
    entries: () => ledgerTail(gateway.ledger),
    async stop() {
      await gateway.stop();
      await service.stop();
      await issuer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const recordsPolicies = `
@id("sessions") permit (principal in Group::"pipelines", action == Action::"connect", resource == Connection::"records");
@id("reads") permit (principal in Group::"pipelines", action == Action::"read", resource in Connection::"records");
@id("writes") @approval("compliance")
permit (principal in Group::"pipelines", action == Action::"write", resource == Route::"records/PATCH /patients/{id}");
`;

const recordsRoutes = `
      GET /patients: { query: [status] }
      GET /patients/{id}:
      PATCH /patients/{id}:
      DELETE /patients/{id}:
`;

function configuration(issuer: string, port: number, routes: string): string {
  return `name: test-gateway
tenant: test-hospital
dataDir: ./data
api: { address: 127.0.0.1:0 }
listeners:
  records: { protocol: http, address: 127.0.0.1:0, tls: off, connection: records }
identity:
  issuers:
    - { id: ci, issuer: "${issuer}", audience: sluice, profile: generic, require: { kind: workload }, groups: [pipelines] }
    - { id: people, issuer: "${issuer}", audience: sluice, profile: people, require: { kind: person }, groupsFrom: groups }
  roles: { approver: [compliance], auditor: [audit], admin: [platform] }
connections:
  records:
    protocol: http
    target: { url: "http://127.0.0.1:${port}" }
    credentials:
      - { header: Authorization, prefix: "Bearer ", value: { env: TEST_RECORDS_KEY } }
    protect: { $..ssn: ssn, $..name: name, "$..contacts[*].phone": phone }
    routes:${routes}masking:
  classes: { ssn: redact, name: redact, phone: { partial: { keepLast: 4 } } }
policies: ./policies
ledger: { durability: os }
`;
}
