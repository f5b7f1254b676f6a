import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { defaultLimits } from '../../core/limits.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { ApiSettings, Configuration } from './configuration.ts';
import type { ConfigurationFault } from './configuration-fault.ts';
import { defaultApprovals, readApprovals } from './read-approvals.ts';
import { readConnections } from './read-connections.ts';
import { readIdentity } from './read-identity.ts';
import { defaultKeeping, readLedger, readRecordings, readRetention, readState } from './read-keeping.ts';
import { readLimits } from './read-limits.ts';
import { readAddress, readListeners } from './read-listeners.ts';
import { readLogin } from './read-login.ts';
import { readMasking } from './read-masking.ts';
import { readUrl } from './read-url.ts';
import { isLoopback, overlaps, printSocketAddress } from './socket-address.ts';
import { type Fields, type Spot, whole } from './spot.ts';
import { readYaml } from './yaml-source.ts';

/** The configuration in `text`, or everything that is wrong with it, in the order of the file. `file` is where it came from. */
export function loadConfiguration(text: string, file: string): Result<Configuration, readonly ConfigurationFault[]> {
  const path = resolve(file);
  const source = readYaml(text, path);
  if (!source.ok) return source;
  const { root, context } = source.value;
  const configuration = readConfiguration(root, path, createHash('sha256').update(text).digest('hex'));
  if (configuration !== undefined && context.faults.length === 0) return ok(configuration);
  return err(context.faults.toSorted((a, b) => a.line - b.line || a.column - b.column));
}

function readConfiguration(root: Spot, file: string, digest: string): Configuration | undefined {
  const fields = root.fields(keys);
  if (fields === undefined) return undefined;
  const identity = fields.required('identity', readIdentity);
  const issuers = identity?.issuers;
  const connections = fields.required('connections', (child) => readConnections(child, issuers));
  const api = fields.optional('api', defaultApi, (child) => readApi(child, issuers));
  return whole<Configuration>({
    file,
    digest,
    name: fields.required('name', readName),
    tenant: fields.required('tenant', readName),
    dataDir: fields.required('dataDir', (child) => child.filePath()),
    api,
    listeners: fields.required('listeners', (child) => readOwnListeners(child, api, connections)),
    identity,
    connections,
    masking: fields.optional('masking', { preset: null, classes: new Map() }, readMasking),
    policies: fields.optional('policies', resolve(file, '..', 'policies'), (child) => child.existing('folder')),
    approvals: fields.optional('approvals', defaultApprovals, (child) =>
      readApprovals(child, { issuers, connections }),
    ),
    ...readKept(fields),
    limits: fields.optional('limits', defaultLimits, readLimits),
  });
}

function readKept(fields: Fields) {
  return {
    state: fields.optional('state', defaultKeeping.state, readState),
    ledger: fields.optional('ledger', defaultKeeping.ledger, readLedger),
    recordings: fields.optional('recordings', defaultKeeping.recordings, readRecordings),
    retention: fields.optional('retention', defaultKeeping.retention, readRetention),
  };
}

function readOwnListeners(
  spot: Spot,
  api: ApiSettings | undefined,
  connections: Configuration['connections'] | undefined,
): Configuration['listeners'] | undefined {
  const listeners = readListeners(spot);
  for (const listener of listeners ?? []) {
    if (listener.protocol !== 'http' || connections === undefined) continue;
    const leads = connections.some(({ name, protocol }) => name === listener.connection && protocol === 'http');
    if (!leads)
      spot.fault(`listener \`${listener.name}\` leads to no connection with \`protocol: http\`; name one of those.`);
  }
  const rival = listeners?.find(({ address }) => api !== undefined && overlaps(address, api.address));
  if (rival !== undefined)
    return spot.fault(`the address of listener \`${rival.name}\` is that of the API too; give it another port.`);
  return listeners;
}

function readApi(spot: Spot, issuers: readonly IssuerSettings[] | undefined): ApiSettings | undefined {
  const fields = spot.fields(['address', 'publicUrl', 'login']);
  const address = fields?.optional('address', defaultApi.address, readAddress);
  if (fields === undefined || address === undefined) return undefined;
  const publicUrl = fields.optional('publicUrl', `http://${printSocketAddress(address)}`, readUrl);
  if (publicUrl !== undefined && !isLoopback(address.host) && !publicUrl.startsWith('https:')) {
    return spot.fault(
      'the API speaks plain HTTP; beyond loopback put a proxy with TLS in front of it and give its `publicUrl` with https.',
    );
  }
  const login = fields.optional('login', null, (child) => readLogin(child, issuers));
  if (login && publicUrl !== undefined && new URL(publicUrl).pathname !== '/') {
    return spot.fault('the pages of `login` need a host of their own: give a `publicUrl` without a path.');
  }
  return whole<ApiSettings>({ address, publicUrl: publicUrl?.replace(/\/+$/, ''), login });
}

function readName(spot: Spot): string | undefined {
  return spot.matching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'a name of letters, digits, _, . and -, at most 63');
}

const defaultApi: ApiSettings = {
  address: { host: '127.0.0.1', port: 8400 },
  publicUrl: 'http://127.0.0.1:8400',
  login: null,
};

const keys = [
  'name',
  'tenant',
  'dataDir',
  'api',
  'listeners',
  'state',
  'identity',
  'connections',
  'masking',
  'policies',
  'approvals',
  'ledger',
  'recordings',
  'retention',
  'limits',
];
