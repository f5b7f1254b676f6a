// Runs on whatever Node the machine has (>= 20): installs what is missing, then runs the rest on Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nodeFlags } from './node-flags.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...rest] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 20) fail('Sluice needs Node 20 or newer to start.');
install();
const node = runtime();
const child = spawn(node, [...nodeFlags, join(root, script), ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));

/** `npm ci` once per lock file; the stamp lives in node_modules so that deleting the folder is enough to start over. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.sluice-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  console.error('sluice: installing dependencies (npm ci --ignore-scripts)');
  const done = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) fail('npm ci failed; its output is above.');
  const bin = join(root, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, 'sluice'))) symlinkSync('../../bin/sluice.mjs', join(bin, 'sluice'));
  writeFileSync(stamp, digest);
}

/** Node 24 or newer: this one, or the one that came with the optional dependency. */
function runtime() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  return fail(
    `Sluice runs on Node 24; this is ${process.version}, and no Node 24 is packaged for ${process.platform}-${process.arch}.`,
  );
}

function fail(sentence) {
  console.error(`sluice: ${sentence}`);
  process.exit(1);
}
