import { isIP } from 'node:net';
import type { CredentialRule, PostgresConnection, ProtectRule, TargetAddress } from '../../core/connection.ts';
import type { ConnectionSettings } from '../../core/connection-settings.ts';
import { type ConnectionName, parseConnectionName } from '../../core/ids.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import { parseColumnPattern } from '../../masking/column-pattern.ts';
import { notCarried } from './not-carried.ts';
import { readAuthorities } from './read-authorities.ts';
import { readCertificate } from './read-certificate.ts';
import { readClass } from './read-class.ts';
import { readCredentials, readHolder } from './read-credentials.ts';
import { readHttpConnection } from './read-http-connection.ts';
import { readProtocol } from './read-listeners.ts';
import { readPassword } from './read-password.ts';
import { type Spot, whole } from './spot.ts';

/** `connections:`. `issuers` are those of the file: credentials may be for principals of theirs only. */
export function readConnections(
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): readonly ConnectionSettings[] | undefined {
  const children = spot.children();
  if (children?.size === 0)
    return spot.fault('there is no connection here; add one, or there is nothing to connect to.');
  return [...(children ?? [])]
    .map(([name, child]) => readConnection(name, child, issuers))
    .filter((connection) => connection !== undefined);
}

function readConnection(
  text: string,
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): ConnectionSettings | undefined {
  const name = parseConnectionName(text);
  if (name === null) {
    spot.faultAtKey(
      'the name of a connection starts with a letter and has letters, digits, _, . and - only, at most 63.',
    );
  }
  const isHttp = spot.isMap() && spot.children()?.get('protocol')?.written() === 'http';
  return isHttp ? readHttpConnection(name, spot, issuers) : readPostgresConnection(name, spot, issuers);
}

function readPostgresConnection(
  name: ConnectionName | null,
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
): PostgresConnection | undefined {
  const fields = spot.fields(['protocol', 'target', 'credentials', 'protect', 'subject']);
  if (fields === undefined) return undefined;
  fields.optional('subject', undefined, (child) => notCarried(child, 'subject'));
  const protocol = fields.required('protocol', readProtocol);
  const target = fields.required('target', readTarget);
  const inTheClear = target?.tls === 'off';
  return whole<PostgresConnection>({
    name: name ?? undefined,
    protocol: protocol === 'postgres' ? protocol : undefined,
    target,
    credentials: fields.required('credentials', (child) =>
      readCredentials(child, (item) => readCredential(item, issuers, inTheClear)),
    ),
    protect: fields.optional('protect', [], readProtect),
  });
}

function readTarget(spot: Spot): TargetAddress | undefined {
  const fields = spot.fields(['host', 'port', 'database', 'tls', 'ca', 'protocol']);
  if (fields === undefined) return undefined;
  const protocol = fields.optional('protocol', '3.2' as const, readVersion);
  const address = whole<TargetAddress>({
    host: fields.required('host', readHost),
    port: fields.optional('port', 5432, (child) => child.integer(1, 65535)),
    database: fields.required('database', (child) => child.text()),
    tls: fields.optional('tls', 'verify-full' as const, (child) => child.oneOf(['verify-full', 'require', 'off'])),
    ca: fields.optional('ca', null, readAuthorities),
  });
  if (address === undefined || protocol === undefined) return undefined;
  return protocol === '3.0' ? { ...address, protocol } : address;
}

/** As it stands there: YAML takes it for a number. */
function readVersion(spot: Spot): '3.0' | '3.2' | undefined {
  const text = spot.written();
  return text === '3.0' || text === '3.2' ? text : spot.fault('this must be 3.2 or 3.0.');
}

function readHost(spot: Spot): string | undefined {
  const text = spot.text();
  const isHost = text !== undefined && (isIP(text) !== 0 || /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(text));
  if (text === undefined || isHost) return text;
  return spot.fault('this must be a host name or an IP address, without a port.');
}

function readCredential(
  spot: Spot,
  issuers: readonly IssuerSettings[] | undefined,
  inTheClear: boolean,
): CredentialRule | undefined {
  const fields = spot.fields(['for', 'user', 'password', 'certificate', 'key']);
  if (fields === undefined) return undefined;
  const rule = whole<CredentialRule>({
    for: fields.optional('for', null, (child) => readHolder(child, issuers)),
    user: fields.required('user', (child) => child.text()),
    password: fields.optional('password', null, readPassword),
  });
  if (fields.has('certificate') !== fields.has('key')) {
    return spot.fault('`certificate` and `key` go together: give both or neither.');
  }
  const needsTls = fields.has('certificate') || (rule?.password != null && 'entra' in rule.password);
  if (inTheClear && needsTls) {
    return spot.fault('this credential works over TLS only, and `target.tls` is off; use verify-full.');
  }
  if (!fields.has('certificate')) return rule;
  const certificate = readCertificate(fields);
  return rule === undefined || certificate === undefined ? undefined : { ...rule, certificate };
}

function readProtect(spot: Spot): readonly ProtectRule[] | undefined {
  const rules: ProtectRule[] = [];
  const seen = new Map<string, string>();
  for (const [pattern, child] of spot.children() ?? []) {
    const name = readClass(child);
    const parsed = parseColumnPattern(pattern);
    if (!parsed.ok) {
      child.faultAtKey(`${parsed.error}; write schema.table.column, such as public.patients.ssn or public.*."SSN".`);
      continue;
    }
    const { schema, table, column } = parsed.value;
    const canonical = JSON.stringify([schema, table, column]);
    const twin = seen.get(canonical);
    if (twin !== undefined) child.faultAtKey(`\`${twin}\` above means the same columns: remove one.`);
    seen.set(canonical, pattern);
    if (name !== undefined) rules.push({ pattern, class: name });
  }
  return rules;
}
