import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { issueServer, type KeyAndCertificate, makeAuthority } from './certificates.ts';

/** What `tls: auto` gives a listener, PEM. */
export interface AutoCertificate {
  readonly key: string;
  /** The server's certificate, then the authority's. */
  readonly cert: string;
  /** What clients are told to trust. */
  readonly authority: string;
}

/**
 * The gateway's own authority and server certificate, made on first use and kept in `directory`. The authority stays for ten
 * years; the server's certificate lives for 90 days and is replaced when fewer than 30 are left, or when a name is missing.
 * Throws an Error with a sentence when the files contradict each other: a lost authority is never replaced silently.
 */
export async function ensureAuthority(
  directory: string,
  names: readonly string[],
  clock: Clock,
): Promise<AutoCertificate> {
  const now = new Date(clock.now() / 1000);
  const wanted = [...new Set(['localhost', '127.0.0.1', '::1', ...names])];
  for (const name of wanted) checkName(name);
  await mkdir(directory, { recursive: true, mode: 0o700 });

  const authority = await loadAuthority(directory, now);
  const server = await loadServer(directory, authority, wanted, now);
  return { key: server.key, cert: server.cert, authority: authority.cert };
}

const renewMs = 30 * 24 * 60 * 60 * 1000;

async function loadAuthority(directory: string, now: Date): Promise<KeyAndCertificate> {
  const [key, cert] = await Promise.all([read(directory, 'authority.key'), read(directory, 'authority.pem')]);
  if (cert === null) return store(directory, 'authority', await makeAuthority(now));
  if (key === null) throw fault(directory, 'authority.key is missing');
  if (!belongTogether(key, cert)) throw fault(directory, 'authority.key and authority.pem do not belong together');
  if (new X509Certificate(cert).validToDate <= now) throw fault(directory, 'authority.pem has expired');
  await chmod(join(directory, 'authority.key'), 0o600);
  return { key, cert };
}

async function loadServer(
  directory: string,
  authority: KeyAndCertificate,
  names: readonly string[],
  now: Date,
): Promise<KeyAndCertificate> {
  const [key, cert] = await Promise.all([read(directory, 'server.key'), read(directory, 'server.pem')]);
  if (key !== null && cert !== null && serves(key, cert, authority, names, now)) {
    await chmod(join(directory, 'server.key'), 0o600);
    return { key, cert };
  }
  const issued = await issueServer(authority, names, now);
  return store(directory, 'server', { key: issued.key, cert: issued.cert + authority.cert });
}

function serves(key: string, cert: string, authority: KeyAndCertificate, names: readonly string[], now: Date): boolean {
  if (!belongTogether(key, cert)) return false;
  const leaf = new X509Certificate(cert);
  return (
    leaf.validFromDate <= now &&
    leaf.validToDate.getTime() - now.getTime() >= renewMs &&
    leaf.verify(new X509Certificate(authority.cert).publicKey) &&
    names.every((name) => covers(leaf, name))
  );
}

function covers(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name.replace(/^\*/, 'wildcard')) !== undefined;
}

function belongTogether(key: string, cert: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** The certificate is written last: without it the key counts as never made. */
async function store(directory: string, name: string, made: KeyAndCertificate): Promise<KeyAndCertificate> {
  await replace(join(directory, `${name}.key`), made.key, 0o600);
  await replace(join(directory, `${name}.pem`), made.cert, 0o644);
  return made;
}

async function replace(path: string, content: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, content, { mode, flush: true });
  // The mode given above is cut by the umask, and ignored where the file was left over.
  await chmod(fresh, mode);
  await rename(fresh, path);
}

async function read(directory: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function checkName(name: string): void {
  if (isIP(name) !== 0 || /^(\*\.)?([A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}$/.test(name)) return;
  throw new Error(`"${name}" is neither a host name nor an address: it cannot be part of a certificate`);
}

function fault(directory: string, what: string): Error {
  return new Error(
    `${what} (in ${directory}): restore both files from a backup, or remove both to make a new authority, which clients must then trust`,
  );
}
