import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeDemoFolder, targetDataDir, wipeDemoFolder } from '../../../src/app/demo/demo-folder.ts';
import { serverUser } from '../../../src/app/demo/server-user.ts';
import { openFolder } from '../../support/open-folder.ts';

let root: string;
before(() => {
  root = openFolder();
});
after(() => rmSync(root, { recursive: true }));

test('the server keeps its data in the folder of the demo where it can get there', () => {
  const folder = join(root, 'open', 'demo');
  makeDemoFolder(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o711);
  assert.equal(targetDataDir(folder), join(folder, 'postgres'));
});

test('where it cannot, the data lies elsewhere, the folder remembers where, and a wipe finds it', () => {
  const closed = join(root, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o700);
  const folder = join(closed, 'demo');
  makeDemoFolder(folder);
  const dataDir = targetDataDir(folder);
  // Only root hands the server to somebody else; whoever owns the closed folder passes through it.
  assert.equal(dataDir.startsWith(closed), serverUser() === null);
  assert.equal(targetDataDir(folder), dataDir);
  mkdirSync(dataDir);
  wipeDemoFolder(folder);
  assert.equal(existsSync(dataDir), false);
  assert.equal(existsSync(folder), false);
});

test('a folder that was swept away is not looked for again', () => {
  const closed = join(root, 'swept');
  mkdirSync(closed, { mode: 0o700 });
  const folder = join(closed, 'demo');
  makeDemoFolder(folder);
  writeFileSync(join(folder, 'postgres-folder'), join(root, 'gone'));
  const dataDir = targetDataDir(folder);
  assert.notEqual(dirname(dataDir), join(root, 'gone'));
  assert.equal(existsSync(dirname(dataDir)), true);
  wipeDemoFolder(folder);
});
