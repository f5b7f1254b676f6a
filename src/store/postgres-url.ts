import { err, ok, type Result } from '../base/result.ts';

/** What `state.url` says. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: PostgresTls;
  /** PEM file of the authorities to trust; null: those that come with the runtime. */
  readonly authorities: string | null;
}

/** As libpq means them: `require` encrypts and trusts anybody, `verify-ca` does not look at the name. */
export type PostgresTls = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`. The refusal is the end of a sentence, and repeats nothing of it. */
export function parsePostgresUrl(text: string): Result<PostgresAddress, string> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || !schemes.includes(url.protocol) || url.hostname === '')
    return err('is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  const user = decoded(url.username);
  const password = decoded(url.password);
  const database = decoded(url.pathname.slice(1));
  if (user === null || password === null || database === null) return err('holds a % that escapes nothing; write %25');
  if (user === '' || database === '') return err('must name a user and a database');
  const strange = [...url.searchParams.keys()].find((key) => !parameters.includes(key));
  // A key is a name; what was meant to be a value may be a secret, and is not repeated.
  if (strange !== undefined) return err('has a parameter besides sslmode and sslrootcert; remove it');
  const host = url.hostname.replace(/^\[(.+)\]$/, '$1');
  const tls = url.searchParams.get('sslmode') ?? (loopback.includes(host) ? 'disable' : 'verify-full');
  if (!isTls(tls)) return err('has an sslmode other than disable, require, verify-ca and verify-full');
  const authorities = url.searchParams.get('sslrootcert');
  if (tls === 'verify-ca' && authorities === null) return err('has sslmode=verify-ca, which needs an sslrootcert');
  return ok({ host, port: url.port === '' ? 5432 : Number(url.port), user, password, database, tls, authorities });
}

function isTls(text: string): text is PostgresTls {
  return modes.includes(text);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const schemes: readonly string[] = ['postgres:', 'postgresql:'];
const parameters: readonly string[] = ['sslmode', 'sslrootcert'];
const modes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'] satisfies readonly PostgresTls[];
const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
