import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { freePort } from '../../src/app/demo/free-port.ts';
import { describeVerification } from '../../src/ledger/verification.ts';
import { verifyJournal } from '../../src/ledger/verify.ts';
import { ledgerText } from '../../src/sql/normalise.ts';
import { journalDirectory } from '../../src/store/journal-reader.ts';
import { clinicPolicies, clinicSql } from '../../test/support/clinic.ts';
import { clinicConfiguration } from '../../test/support/clinic-configuration.ts';
import { startIssuer } from '../../test/support/issuer.ts';
import { ledgerTail } from '../../test/support/ledger-entries.ts';
import { loggedStatements, statementLog } from '../../test/support/logged-statements.ts';
import { openFolder } from '../../test/support/open-folder.ts';
import { type LoggedStatement, unaccounted } from './match-log.ts';

export interface KillOptions {
  readonly rounds: number;
  readonly durability: 'fsync' | 'os';
  readonly say: (line: string) => void;
}

export interface KillResult {
  readonly rounds: number;
  readonly logged: number;
  readonly entries: number;
  readonly missing: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Kills a loaded gateway with SIGKILL, again and again, on one ledger; then holds the database's own log against the ledger
 * by session, backend pid, statement and time. Promise P1: nothing ran that the ledger does not hold.
 */
export async function killUnderLoad({ rounds, durability, say }: KillOptions): Promise<KillResult> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const settings = { fsync: 'off', ...statementLog };
  const database = await startPostgres({ dataDir: join(folder, 'postgres'), port: 0, database: 'clinic', settings });
  const port = await freePort();
  try {
    const setup = new pg.Client({
      host: '127.0.0.1',
      port: database.port,
      user: database.user,
      password: database.password,
      database: 'clinic',
    });
    await setup.connect();
    await setup.query(clinicSql);
    await setup.end();
    mkdirSync(join(folder, 'policies'));
    writeFileSync(join(folder, 'policies', 'clinic.cedar'), clinicPolicies);
    const file = join(folder, 'sluice.yaml');
    writeFileSync(file, clinicConfiguration({ issuer: issuer.url, database, durability, port }));
    const token = await issuer.token({ sub: 'job', kind: 'workload' });
    for (let round = 1; round <= rounds; round += 1) {
      const done = await oneRound(file, port, token, database.password, 150 + ((round * 137) % 400));
      say(`round ${round}: killed after ${done} answers`);
    }
    // One more start repairs what the last kill tore.
    const last = await start(file, database.password);
    last.kill('SIGTERM');
    await exited(last);
    const directory = join(folder, 'data', 'ledger');
    const entries = ledgerTail(directory);
    const logged = loggedStatements(join(folder, 'postgres'));
    const verification = await verifyJournal(journalDirectory(directory), { publicKey: null, checkpoint: null });
    return {
      rounds,
      logged: logged.length,
      entries: entries.length,
      missing: match(logged, entries),
      faults: verification.faults.length === 0 ? [] : describeVerification(verification),
    };
  } finally {
    await database.stop();
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneRound(file: string, port: number, token: string, password: string, ms: number): Promise<number> {
  const gateway = await start(file, password);
  let answers = 0;
  let over = false;
  const load = Array.from({ length: 6 }, async (_, worker) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'x',
      password: token,
      database: 'clinic',
      ssl: false,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (let n = 0; !over; n += 1) {
        if (worker % 2 === 0) await client.query(`select id, kind from encounters where id = ${n + 1}`);
        else
          await client.query({
            name: 'q',
            text: 'insert into encounters values ($1, 1, $2)',
            values: [10_000_000 + Math.floor(Math.random() * 1e9), 'synthetic'],
          });
        answers += 1;
      }
    } catch {
      // The gateway was killed under this client: that is what the round is for.
      over = true;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  gateway.kill('SIGKILL');
  over = true;
  await exited(gateway);
  await Promise.all(load);
  return answers;
}

/** Resolves when the gateway has opened its doors. */
async function start(file: string, password: string): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'app', 'main.ts');
  const child = spawn(process.execPath, [main, 'serve', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TEST_CLINIC_PASSWORD: password },
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('gateway started')) resolve();
    });
    child.on('exit', () => reject(new Error(`the gateway did not start: ${said.slice(0, 500)}`)));
  });
  return child;
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

function match(logged: readonly LoggedStatement[], entries: readonly Record<string, unknown>[]): readonly string[] {
  const at = (entry: Record<string, unknown>) => Date.parse(String(entry['time']));
  const opened = entries
    .filter((entry) => entry['type'] === 'session.opened')
    .map((entry) => ({
      session: String(entry['session']),
      pid: (entry['target'] as { backendPid: number }).backendPid,
    }));
  const decided = entries
    .filter((entry) => entry['type'] === 'statement.decided')
    .map((entry) => ({
      session: String(entry['session']),
      digest: entry['digest'] === null ? null : String(entry['digest']),
      step: String(entry['step']),
      decision: String(entry['decision']),
      at: at(entry),
    }));
  return unaccounted(logged, opened, decided, normalised);
}

/** The driver of this load sends one statement at a time. */
function normalised(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [ledgerText(bytes, 0, bytes.length) ?? ''];
}
