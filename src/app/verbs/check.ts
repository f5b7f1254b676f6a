import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import type { Findings } from '../../cli/app-verbs.ts';
import type { PostgresConnection } from '../../core/connection.ts';
import type { ConnectionSettings } from '../../core/connection-settings.ts';
import { type HttpConnection, protectsAnyField } from '../../core/http-connection.ts';
import { readCredential } from '../../engine/read-credential.ts';
import { ConfiguredSecrets } from '../../secrets/configured-secrets.ts';
import { unreviewedBreakGlass } from '../../store/unreviewed-break-glass.ts';
import { reachable } from '../../targets/reachable.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadPolicyFolder } from '../standing-of.ts';
import { readConfiguration } from './read-configuration.ts';

/** Every fault of a configuration and of its policies; with `probe`, of its targets and credentials too. */
export async function check(config: string, probe: boolean): Promise<Findings> {
  const configuration = await readConfiguration(config);
  if (!configuration.ok) return { faults: configuration.error, remarks: [] };
  const policies = await checkPolicies(configuration.value.policies);
  const emergencies = await unreviewed(configuration.value);
  const probes = probe
    ? await Promise.all(configuration.value.connections.map((one) => probeConnection(configuration.value, one)))
    : [];
  return {
    faults: [...policies.faults, ...emergencies, ...probes.flatMap((found) => found.faults)],
    remarks: [...policies.remarks, ...unprotected(configuration.value), ...probes.flatMap((found) => found.remarks)],
  };
}

/** Policies by themselves: a folder that is not there was misspelt. */
export async function checkPolicyFolder(folder: string): Promise<Findings> {
  const found = await stat(folder).catch(() => null);
  return found?.isDirectory() === true
    ? checkPolicies(folder)
    : { faults: [`${folder} is no folder: nothing was checked`], remarks: [] };
}

async function checkPolicies(folder: string): Promise<Findings> {
  const policies = await loadPolicyFolder(folder);
  if (!policies.ok) return { faults: policies.error, remarks: [] };
  const permits = policies.value.policies.filter((policy) => policy.effect === 'permit').length;
  if (permits > 0) {
    const expired = policies.value.expired(systemClock.now()).map(({ id, file, line, annotations }) => {
      const end = annotations.validUntil ?? 'its end';
      return `${file}:${line}: permit "${id}" grants nothing: it was valid until ${end}`;
    });
    return {
      faults: [],
      remarks: [`${policies.value.policies.length} policies, ${permits} of them permits`, ...expired],
    };
  }
  return {
    faults: [],
    remarks: [`${folder} holds no permit: nothing is permitted; policies/baseline.cedar is a start`],
  };
}

/** What was opened in an emergency stays a fault until an auditor has looked at it. */
async function unreviewed({ file, dataDir, state }: Configuration): Promise<readonly string[]> {
  const secrets = new ConfiguredSecrets(process.env, dirname(file), systemClock);
  const url = state.url === null ? null : await secrets.read(state.url);
  if (url?.ok === false) return [`state.url: ${url.error.message}`];
  const grants = await unreviewedBreakGlass(join(dataDir, 'state'), url?.value ?? null);
  if (!grants.ok) return [grants.error];
  return grants.value.map(
    ({ id, principal, connection, by }) =>
      `break-glass ${id} of ${principal} on ${connection}, opened by ${by.join(', ')}, waits for its review: an auditor signs it with "sluice grants review ${id}"`,
  );
}

function unprotected(configuration: Configuration): readonly string[] {
  return configuration.connections
    .filter((connection) => !protectsAnything(connection))
    .map((connection) => `connection ${connection.name} protects nothing: its results and errors pass as they come`);
}

function protectsAnything(connection: ConnectionSettings): boolean {
  return connection.protocol === 'http' ? protectsAnyField(connection) : connection.protect.length > 0;
}

function probeConnection(configuration: Configuration, connection: ConnectionSettings): Promise<Findings> {
  return connection.protocol === 'http'
    ? probeSecrets(configuration, connection)
    : probeDatabase(configuration, connection);
}

/** A request to a service of which nothing is known could do anything: only the secrets are read. */
async function probeSecrets(configuration: Configuration, connection: HttpConnection): Promise<Findings> {
  const secrets = new ConfiguredSecrets(process.env, dirname(configuration.file), systemClock);
  const read = await Promise.all(connection.credentials.map((rule) => secrets.read(rule.value)));
  const faults = read.flatMap((secret) =>
    secret.ok ? [] : [`connection ${connection.name}: ${secret.error.message}`],
  );
  return {
    faults,
    remarks: [`connection ${connection.name}: its target was not asked, since no request is without effect`],
  };
}

async function probeDatabase(configuration: Configuration, connection: PostgresConnection): Promise<Findings> {
  const secrets = new ConfiguredSecrets(process.env, dirname(configuration.file), systemClock);
  const faults: string[] = [];
  const remarks: string[] = [];
  for (const rule of connection.credentials) {
    const who = `connection ${connection.name} as ${rule.user}`;
    const credential = await readCredential(secrets, rule);
    if (!credential.ok) {
      faults.push(`${who}: ${credential.error.message}`);
      continue;
    }
    const found = await reachable({
      connection: connection.name,
      target: connection.target,
      credential: credential.value,
      timeoutMs: configuration.limits.connectMs,
    });
    if (found.ok) remarks.push(`${who}: reachable, PostgreSQL ${found.value.serverVersion}`);
    else faults.push(`${who}: ${found.error.message}`);
  }
  return { faults, remarks };
}
