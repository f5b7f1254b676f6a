import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Standing } from '../engine/standing.ts';
import { Authenticator } from '../identity/authenticator.ts';
import type { KeySource } from '../identity/key-source.ts';
import type { TokenKeys } from '../masking/token-keys.ts';
import { faultLine, type PolicyFile } from '../policy/policy-fault.ts';
import { PolicySet } from '../policy/policy-set.ts';
import type { Configuration } from './config/configuration.ts';

export interface StandingParts {
  readonly keys: KeySource;
  readonly tokenKeys: TokenKeys;
  readonly clock: Clock;
}

/** The engine's view of a configuration and of the policies it names; all faults of the policies at once. */
export async function standingOf(
  configuration: Configuration,
  parts: StandingParts,
): Promise<Result<Standing, readonly string[]>> {
  const policies = await loadPolicyFolder(configuration.policies);
  if (!policies.ok) return policies;
  const { identity } = configuration;
  return ok({
    connections: new Map(configuration.connections.map((connection) => [connection.name, connection])),
    authenticator: new Authenticator(identity.issuers, parts.keys, parts.clock, configuration.limits.tokenBytes),
    roles: identity.roles,
    policies: policies.value,
    masking: configuration.masking,
    tokenKeys: parts.tokenKeys,
    limits: configuration.limits,
    inventory: new Map(identity.workloads.map(({ principal, ...listed }) => [principal, listed])),
    unlisted: identity.unlisted,
    exchange: identity.exchange,
    ticketLifetimeMs: identity.tickets.lifetimeMs,
    approvals: { ...configuration.approvals, publicUrl: configuration.api.publicUrl },
  });
}

/** Every `*.cedar` of a folder, in the order of names. A folder that is not there holds no policies: nothing is permitted. */
export async function loadPolicyFolder(folder: string): Promise<Result<PolicySet, readonly string[]>> {
  const files = await readPolicyFiles(folder);
  if (!files.ok) return err([files.error]);
  const loaded = PolicySet.load(files.value);
  return loaded.ok ? loaded : err(loaded.error.map(faultLine));
}

async function readPolicyFiles(folder: string): Promise<Result<readonly PolicyFile[], string>> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.cedar')).sort();
    return ok(
      await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') }))),
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return ok([]);
    return err(`${folder}: the policies cannot be read (${code ?? 'unknown fault'})`);
  }
}
