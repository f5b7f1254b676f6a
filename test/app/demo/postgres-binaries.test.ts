import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { availablePostgres, postgresBinaries } from '../../../src/app/demo/postgres-binaries.ts';
import { serverUser } from '../../../src/app/demo/server-user.ts';
import { openFolder } from '../../support/open-folder.ts';

const systemFolder = process.env.TMPDIR;
let folder: string;
before(() => {
  folder = openFolder();
  process.env.TMPDIR = folder;
});
after(() => {
  if (systemFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = systemFolder;
  rmSync(folder, { recursive: true });
});

test('the copy runs as the user of the server, and is made once', () => {
  const binaries = postgresBinaries();
  assert.equal(binaries.startsWith(folder), true);
  const version = spawnSync(join(binaries, 'bin', 'postgres'), ['--version'], {
    encoding: 'utf8',
    cwd: '/',
    ...serverUser(),
  });
  assert.match(version.stdout, /^postgres \(PostgreSQL\) 18\./);
  const made = statSync(binaries).ino;
  assert.equal(postgresBinaries(), binaries);
  assert.equal(statSync(binaries).ino, made);
});

test('each version has a copy of its own', () => {
  for (const major of availablePostgres()) {
    const { stdout } = spawnSync(join(postgresBinaries(major), 'bin', 'postgres'), ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      ...serverUser(),
    });
    assert.match(stdout, new RegExp(`^postgres \\(PostgreSQL\\) ${major}\\.`));
  }
});

test('a copy that was swept file by file is made again', () => {
  const binaries = postgresBinaries();
  for (const victim of ['bin/initdb', 'lib/libpq.so.5']) {
    rmSync(join(binaries, victim));
    assert.equal(postgresBinaries(), binaries);
    assert.equal(existsSync(join(binaries, victim)), true, victim);
  }
});

test('a copy that others could write to is not used', () => {
  const binaries = postgresBinaries();
  chmodSync(binaries, 0o777);
  assert.throws(() => postgresBinaries(), /was made by somebody else; remove it/);
});
