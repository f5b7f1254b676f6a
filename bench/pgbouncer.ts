import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Upstream {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** pgbouncer in session pooling, as the yardstick; installed from Debian when missing. Null where it cannot be had. */
export function startPgbouncer(port: number, upstream: Upstream, tls: boolean): ChildProcess | null {
  const binary = '/usr/sbin/pgbouncer';
  if (!existsSync(binary)) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'pgbouncer'], { stdio: 'ignore' });
  }
  if (!existsSync(binary)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bouncer-'));
  const users = join(folder, 'users.txt');
  const config = join(folder, 'pgbouncer.ini');
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.pem')];
  if (tls) makeCertificate(key, cert);
  writeFileSync(users, `"${upstream.user}" "${upstream.password}"\n`);
  writeFileSync(
    config,
    [
      '[databases]',
      `bench = host=127.0.0.1 port=${upstream.port} dbname=bench user=${upstream.user} password=${upstream.password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `auth_file = ${users}`,
      'pool_mode = session',
      'default_pool_size = 64',
      'max_client_conn = 200',
      'ignore_startup_parameters = extra_float_digits',
      'log_connections = 0',
      'log_disconnections = 0',
      ...(tls
        ? ['client_tls_sslmode = require', `client_tls_key_file = ${key}`, `client_tls_cert_file = ${cert}`]
        : []),
      '',
    ].join('\n'),
  );
  const root = process.getuid?.() === 0;
  if (root) {
    chmodSync(folder, 0o755);
    for (const path of [folder, users, config, ...(tls ? [key, cert] : [])]) chownSync(path, NOBODY, NOBODY);
  }
  // pgbouncer refuses to run as root.
  return spawn(binary, ['-q', config], { stdio: 'ignore', ...(root ? { uid: NOBODY, gid: NOBODY } : {}) });
}

/** As the gateway's own: an elliptic key. */
function makeCertificate(key: string, cert: string): void {
  spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'],
    ],
    { stdio: 'ignore' },
  );
}

const NOBODY = 65534;
