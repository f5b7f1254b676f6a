import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import type { Findings } from '../../cli/app-verbs.ts';
import type { ConnectionSettings } from '../../core/connection.ts';
import { readCredential } from '../../engine/read-credential.ts';
import { ConfiguredSecrets } from '../../secrets/configured-secrets.ts';
import { reachable } from '../../targets/reachable.ts';
import type { Configuration } from '../config/configuration.ts';
import { loadPolicyFolder } from '../standing-of.ts';
import { readConfiguration } from './read-configuration.ts';

/** Every fault of a configuration and of its policies; with `probe`, of its targets and credentials too. */
export async function check(config: string, probe: boolean): Promise<Findings> {
  const configuration = await readConfiguration(config);
  if (!configuration.ok) return { faults: configuration.error, remarks: [] };
  const policies = await checkPolicies(configuration.value.policies);
  const probes = probe
    ? await Promise.all(configuration.value.connections.map((one) => probeConnection(configuration.value, one)))
    : [];
  return {
    faults: [...policies.faults, ...probes.flatMap((found) => found.faults)],
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

function unprotected(configuration: Configuration): readonly string[] {
  return configuration.connections
    .filter((connection) => connection.protect.length === 0)
    .map((connection) => `connection ${connection.name} protects nothing: its results and errors pass as they come`);
}

async function probeConnection(configuration: Configuration, connection: ConnectionSettings): Promise<Findings> {
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
