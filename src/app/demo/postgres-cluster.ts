import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToServer, serverUser } from './server-user.ts';

export const superuser = 'postgres';

/** Makes the data folder unless it exists; answers the superuser's password, which the folder keeps. */
export function ensureCluster(binaries: string, dataDir: string, password: string): string {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return readFileSync(join(dataDir, passwordFile), 'utf8');
  // Made aside and renamed when whole: a start that was killed half-way leaves nothing that looks finished.
  const fresh = `${dataDir}.new`;
  const secret = `${dataDir}.secret`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(secret, { force: true });
  mkdirSync(fresh, { mode: 0o700 });
  giveToServer(fresh);
  writeFileSync(secret, password, { mode: 0o600 });
  giveToServer(secret);
  try {
    initialise(binaries, fresh, secret);
    renameSync(secret, join(fresh, passwordFile));
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(fresh, dataDir);
  } finally {
    rmSync(secret, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
  return password;
}

function initialise(binaries: string, dataDir: string, secret: string): void {
  const flags = ['--auth=scram-sha-256', `--pwfile=${secret}`, '--encoding=UTF8', '--locale=C', '--no-sync'];
  const done = spawnSync(join(binaries, 'bin', 'initdb'), ['-D', dataDir, '-U', superuser, ...flags], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    encoding: 'utf8',
    ...serverUser(),
  });
  if (done.error !== undefined) throw new Error(`initdb cannot be run: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr.trim()}`);
}

const passwordFile = 'superuser.password';
