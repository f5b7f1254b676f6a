import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { LocalSecret } from '../../src/core/connection.ts';
import { LocalSecrets } from '../../src/secrets/local-secrets.ts';

const secret = 'canary-pässword ';
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-secrets-'));
});
after(() => rm(directory, { recursive: true }));

describe('a secret in the environment', () => {
  const environment = { GOOD: secret, EMPTY: '', BROKEN: 'a\0b' };
  const cases: readonly [name: string, expected: string | RegExp][] = [
    ['GOOD', secret],
    ['EMPTY', /: its environment variable is empty$/],
    ['MISSING', /: its environment variable is not set$/],
    ['BROKEN', /: it holds a NUL$/],
  ];
  for (const [name, expected] of cases)
    test(name, () => reads(new LocalSecrets(environment, '/'), { env: name }, expected));

  test('is read anew each time', async () => {
    const changing: NodeJS.ProcessEnv = { PASSWORD: 'one' };
    const secrets = new LocalSecrets(changing, '/');
    await reads(secrets, { env: 'PASSWORD' }, 'one');
    changing.PASSWORD = 'two';
    await reads(secrets, { env: 'PASSWORD' }, 'two');
  });
});

describe('a secret in a file', () => {
  const contents: readonly [name: string, content: string | Buffer, expected: string | RegExp][] = [
    ['as it is', secret, secret],
    ['one line break', `${secret}\n`, secret],
    ['one line break of Windows', `${secret}\r\n`, secret],
    ['one line break only', `${secret}\n\n`, `${secret}\n`],
    ['the largest', 'x'.repeat(65_536), 'x'.repeat(65_536)],
    ['too large', 'x'.repeat(65_537), /: its file is larger than 65536 bytes$/],
    ['empty', '', /: its file is empty$/],
    ['a line break', '\n', /: its file is empty$/],
    ['not UTF-8', Buffer.from([0x61, 0xff]), /: its file is not UTF-8$/],
    ['a NUL', 'a\0b', /: it holds a NUL$/],
  ];
  for (const [name, content, expected] of contents) {
    test(name, async () => {
      const path = await file(name, content, 0o600);
      await reads(local(), { file: path }, expected);
    });
  }

  const modes: readonly [mode: number, readable: boolean][] = [
    [0o400, true],
    [0o600, true],
    [0o640, true],
    [0o644, false],
    [0o604, false],
    [0o602, false],
    [0o601, false],
  ];
  for (const [mode, readable] of modes) {
    test(`with mode ${mode.toString(8)} is ${readable ? 'read' : 'refused'}`, async () => {
      const path = await file(`mode-${mode}`, secret, mode);
      await reads(
        local(),
        { file: path },
        readable ? secret : /: its file is open to every user of the machine \(chmod o-rwx\)$/,
      );
    });
  }

  test('is found beside the configuration', async () => {
    await file('relative', secret, 0o600);
    await reads(local(), { file: './relative' }, secret);
  });

  test('that is a link is judged by what it links to', async () => {
    const target = await file('target', secret, 0o644);
    await symlink(target, join(directory, 'link'));
    await reads(local(), { file: 'link' }, /every user/);
    await chmod(target, 0o600);
    await reads(local(), { file: 'link' }, secret);
  });

  test('that is something else is refused at once', async () => {
    await mkdir(join(directory, 'folder'), { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', join(directory, 'pipe')]);
    await reads(local(), { file: 'folder' }, /: its file is not a regular file$/);
    await reads(local(), { file: 'pipe' }, /: its file is not a regular file$/);
    await reads(local(), { file: 'nowhere' }, /: its file does not exist$/);
    await reads(local(), { file: 'target/below' }, /: its file cannot be opened$/);
  });
});

function local(): LocalSecrets {
  return new LocalSecrets({}, directory);
}

async function file(name: string, content: string | Buffer, mode: number): Promise<string> {
  const path = join(directory, name.replaceAll(' ', '-'));
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

/** A string is the secret; a pattern is that of the refusal, which names neither the secret nor its place. */
async function reads(secrets: LocalSecrets, reference: LocalSecret, expected: string | RegExp): Promise<void> {
  const read = await secrets.read(reference);
  if (typeof expected === 'string') {
    assert.deepEqual(read, { ok: true, value: expected });
    return;
  }
  assert.ok(!read.ok);
  assert.equal(read.error.code, 'secret_unavailable');
  assert.match(read.error.message, expected);
  const place = 'env' in reference ? reference.env : reference.file;
  for (const hidden of ['canary', directory, place]) assert.ok(!JSON.stringify(read.error).includes(hidden), hidden);
}
