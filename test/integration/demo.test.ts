import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DemoPorts, ensureFree } from '../../src/app/demo/demo-ports.ts';
import { freePort } from '../../src/app/demo/free-port.ts';
import { Browser, csrfIn } from '../support/browser.ts';
import { openFolder } from '../support/open-folder.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the demo, from its first line to Ctrl-C', () => {
  let root: string;
  let ports: DemoPorts;
  let demo: ChildProcess;
  let said = '';
  let exit: Promise<number | null>;

  const start = (given: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawn(process.execPath, [cli, join(root, 'demo'), JSON.stringify(ports), ...given], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SLUICE_TOKEN: '', ...env },
    });
  const sluice = (given: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    new Promise((resolve) => {
      const child = start(given, env);
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.once('close', (code) => resolve({ code, out, err }));
    });
  const token = async (name: string): Promise<string> => (await sluice(['token', name])).out.trim();

  before(async () => {
    root = openFolder();
    ports = {
      pg: await freePort(),
      pgScram: await freePort(),
      records: await freePort(),
      api: await freePort(),
      issuer: await freePort(),
      target: 0,
    };
    const child = start(['demo']);
    demo = child;
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('sluice demo ready on ')) resolve();
    });
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    exit = new Promise((gone) => {
      child.once('exit', gone);
    });
    exit.then(() => reject(new Error(`the demo ended: ${said}`)));
    await ready;
  });
  after(() => {
    demo.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  test('the ready line comes last, after what can be pasted', () => {
    const lines = said.trimEnd().split('\n');
    assert.equal(lines.at(-1), `sluice demo ready on http://127.0.0.1:${ports.api}`);
    const psql = spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0;
    assert.equal(said.includes(`psql "host=127.0.0.1 port=${ports.pg} dbname=clinic`), psql);
    assert.match(
      said,
      /^ {2}npx sluice sql clinic "select id, ssn, full_name, status from patients limit 3" --as nightly-etl$/m,
    );
  });

  test('token prints a token and nothing else', async () => {
    const { code, out, err } = await sluice(['token', 'nightly-etl']);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const nobody = await sluice(['token', 'mallory']);
    assert.deepEqual([nobody.code, nobody.out], [1, '']);
    assert.match(nobody.err, /^sluice: nobody in the demo has this name; it knows nightly-etl, coding-agent, /);
  });

  test('whoever is listed is a principal before they ever come', async () => {
    const { out } = await sluice(['principals', 'list', '--json']);
    const agent = JSON.parse(out).find(({ id }: { readonly id: string }) => id === 'demo/coding-agent');
    assert.deepEqual([agent.owner, agent.state, agent.kind], ['dana', 'enabled', 'workload']);
  });

  test('the first command to paste returns masked rows', async () => {
    const { code, out, err } = await sluice([
      ...['sql', 'clinic', 'select id, ssn, full_name, status from patients limit 3', '--as', 'nightly-etl'],
    ]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(
      out,
      /^id \| ssn \| full_name \| status *\n(?:[-+]+)\n(?: \d \| \*{3} \| \*{3} {7}\| \w+\n){3}\(3 rows\)\n$/,
    );
  });

  test('a workload needs nothing but its own token', async () => {
    const env = { SLUICE_TOKEN: await token('nightly-etl') };
    assert.equal((await sluice(['sql', 'clinic', 'select 1 as one'], env)).out, 'one\n---\n  1\n(1 row)\n');
    const other = await sluice(['sql', 'klinik', 'select 1'], env);
    assert.deepEqual([other.code, other.out], [1, '']);
    assert.match(other.err, /^sluice: no connection has this name\nHINT: /);
    const reader = await sluice(['sessions', 'list'], env);
    assert.match(reader.err, /^sluice: demo\/nightly-etl does not hold a role .*\nHINT: .*workloads hold no role/);
  });

  test('a refusal is a sentence, a statement id and a way forward', async () => {
    const { code, out, err } = await sluice(['sql', 'clinic', 'select * from patients', '--as', 'coding-agent']);
    assert.deepEqual([code, out], [1, '']);
    assert.match(
      err,
      /^ERROR 42501: sluice: denied by policy "no-bulk-phi-read": .*\nDETAIL: .*stm_.*\nHINT: give public\.patients /,
    );
  });

  test('policy explain says what would be decided', async () => {
    const { code, out } = await sluice([
      ...['policy', 'explain', 'clinic', 'delete from claims where id = 7'],
      ...['--as', 'demo/somebody-else', '--group', 'pipelines'],
    ]);
    assert.equal(code, 0);
    assert.match(out, /^decision +hold\nbecause +policy "etl-writes" asks for an approval by "compliance"/);
  });

  /** The update of the documentation, which waits: where it is decided, and what became of it. */
  const update = async () => {
    const sql = "update patients set status = 'inactive' where id = 7";
    const child = start(['sql', 'clinic', sql, '--as', 'nightly-etl']);
    const { promise: link, resolve, reject } = Promise.withResolvers<string>();
    const ended = new Promise<Ran>((done) => {
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
        const found = /^HINT: (http\S+) is where it is decided/m.exec(err)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('close', (code) => {
        reject(new Error(`it did not wait: ${err}`));
        done({ code, out, err });
      });
    });
    return { link: await link, ended };
  };

  test('an update waits until dana approves it in her browser, and the next one waits again', async () => {
    const waiting = await update();
    const browser = new Browser();
    const asked = await browser.get(waiting.link);
    const dana = /action="(\/choose\/[^"]+\/dana)"/.exec(asked.text)?.[1];
    const page = await browser.post(`http://127.0.0.1:${ports.issuer}${dana}`, {});
    assert.equal(page.url.href, waiting.link);
    assert.match(page.text, /nightly-etl wants to update public\.patients/);
    const done = await browser.post(`${waiting.link}/approve`, { csrf: csrfIn(page), rationale: 'agreed in OPS-17' });
    assert.match(done.text, /You approved this request\./);
    const { code, out } = await waiting.ended;
    assert.deepEqual([code, out], [0, 'UPDATE 1\n']);

    const again = await update();
    assert.notEqual(again.link, waiting.link);
    const id = again.link.slice(again.link.lastIndexOf('/') + 1);
    const env = { SLUICE_TOKEN: await token('sam') };
    const denied = await sluice(['approvals', 'deny', id, '--reason', 'not twice'], env);
    assert.deepEqual([denied.code, denied.out], [0, `${id} is denied\n`]);
    const refused = await again.ended;
    assert.equal(refused.code, 1);
    assert.match(refused.err, /^ERROR 42501: sluice: request apr_\S+ was denied by people\/sam$/m);
  });

  test('nobody decides who may not, and each attempt is an entry', async () => {
    const waiting = await update();
    const id = waiting.link.slice(waiting.link.lastIndexOf('/') + 1);
    const tries = [
      ['omar', 'forbidden: approve', 'people/omar'],
      ['ada', 'forbidden: approve', 'people/ada'],
      ['nightly-etl', 'forbidden: approve', 'demo/nightly-etl'],
    ] as const;
    for (const [name] of tries) {
      const tried = await sluice(['approvals', 'approve', id, '--reason', 'mine'], { SLUICE_TOKEN: await token(name) });
      assert.equal(tried.code, 1);
    }
    const { out } = await sluice(['ledger', 'tail', '-n', '20']);
    for (const [, act, by] of tries) assert.ok(out.includes(`| ${act} of ${id} by ${by}\n`), act);
    const state = async () => JSON.parse((await sluice(['approvals', 'show', id, '--json'])).out).state;
    assert.equal(await state(), 'pending');
    const env = { SLUICE_TOKEN: await token('dana') };
    assert.equal((await sluice(['approvals', 'approve', id, '--reason', 'agreed'], env)).code, 0);
    assert.equal((await waiting.ended).code, 0);
    assert.equal(await state(), 'used');
  });

  test('what happened is in the ledger, in words and without a literal', async () => {
    const { out } = await sluice(['ledger', 'tail', '-n', '200']);
    assert.match(out, /\| session\.opened +\| ses_\S+ demo\/nightly-etl on clinic, from 127\.0\.0\.1:\d+$/m);
    assert.match(
      out,
      /\| statement\.decided +\| stm_\S+ deny \(policy_denied, no-bulk-phi-read\): select \* from patients$/m,
    );
    assert.match(
      out,
      /\| statement\.completed +\| stm_\S+ completed, 3 rows; masked cells: public\.patients\.ssn redact 3, /m,
    );
    assert.match(out, /limit \?$/m);
    const [path, verified] = [await sluice(['ledger', 'path']), await sluice(['ledger', 'verify'])];
    assert.equal(path.out, `${join(root, 'demo', 'data', 'ledger')}\n`);
    assert.equal(verified.code, 0, verified.out + verified.err);
    assert.match(verified.out, /^verified: \d+ entries in .*, signer not pinned\n$/);
  });

  test('a second demo says which port is taken, and harms nothing', async () => {
    const { code, err } = await sluice(['demo']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`^sluice: port ${ports.pg} of 127\\.0\\.0\\.1 is in use; .*another demo`));
    assert.equal((await sluice(['sql', 'clinic', 'select 1', '--as', 'nightly-etl'])).code, 0);
  });

  test('Ctrl-C leaves nothing running, and the ledger still verifies', { timeout: 60_000 }, async () => {
    assert.ok(runningWith(root).length > 1);
    demo.kill('SIGINT');
    assert.equal(await exit, 0, said);
    // The process that watches the database ends when its parent has: that is a moment later.
    while (runningWith(root).length > 0) await new Promise(setImmediate);
    await ensureFree([ports.pg, ports.pgScram, ports.records, ports.api, ports.issuer]);
    const late = await sluice(['token', 'nightly-etl']);
    assert.equal(late.code, 1);
    assert.match(late.err, /is not running; start the demo with `npm start`\n$/);
    assert.equal((await sluice(['ledger', 'verify'])).code, 0);
  });
});

const cli = join(import.meta.dirname, '..', 'support', 'demo-cli.ts');

/** Command lines that name the folder. */
function runningWith(folder: string): readonly string[] {
  const lines = existsSync('/proc/self/cmdline')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => commandLine(pid))
    : spawnSync('ps', ['-Aww', '-o', 'args='], { encoding: 'utf8' }).stdout.split('\n');
  return lines.filter((line) => line.includes(folder));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended between the listing and now.
    return '';
  }
}
