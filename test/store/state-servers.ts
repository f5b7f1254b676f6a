import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openState, type State, type StateOptions } from '../../src/store/open-state.ts';
import { openFolder } from '../support/open-folder.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

/** A server of state, empty, for one test. */
export interface StateServerUnderTest {
  readonly options: StateOptions;
  /** Opens it; closed when the test is over. Twice at once only where instances share it. */
  open(changes?: Partial<StateOptions>): Promise<State>;
}

export interface StateKind {
  readonly name: 'SQLite' | 'PostgreSQL';
  readonly fresh: (context: TestContext) => Promise<StateServerUnderTest>;
}

/** Every kind of server: what is tested of one is tested of all. */
export const stateKinds: readonly [StateKind, StateKind] = [
  { name: 'SQLite', fresh: async (context) => server(context, null) },
  { name: 'PostgreSQL', fresh: freshPostgres },
];

/** An empty database of a PostgreSQL that lives as long as the test file. */
export async function freshPostgres(context: TestContext): Promise<StateServerUnderTest & { readonly url: string }> {
  const { postgres } = await running();
  const name = `state_${randomBytes(6).toString('hex')}`;
  await asSuperuser('postgres', (client) => client.query(`create database ${name}`));
  const url = `postgres://postgres:${postgres.password}@127.0.0.1:${postgres.port}/${name}`;
  return { ...server(context, url), url };
}

/** On the database of `url`, around Sluice. */
export async function asOperator<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  return asSuperuser(new URL(url).pathname.slice(1), act);
}

/** Stops the server, does something, and starts it where it was, with other settings. */
export async function restartPostgres(
  meanwhile: () => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { postgres, folder } = await running();
  await postgres.stop();
  await meanwhile();
  started = start(folder, postgres.port, settings);
  await started;
}

/** For files that the server reads. */
export async function serverFolder(): Promise<string> {
  return (await running()).folder;
}

let started: Promise<{ readonly postgres: EmbeddedPostgres; readonly folder: string }> | null = null;

after(async () => {
  if (started === null) return;
  const { postgres, folder } = await started;
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

function running(): NonNullable<typeof started> {
  started ??= start(openFolder(), 0, {});
  return started;
}

async function start(folder: string, port: number, more: Readonly<Record<string, string>>) {
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port,
    settings: { fsync: 'off', ...more },
  });
  return { postgres, folder };
}

async function asSuperuser<T>(database: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const { postgres } = await running();
  const { host, port, user, password } = postgres;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

function server(context: TestContext, url: string | null): StateServerUnderTest {
  const options = {
    directory: temporaryDirectory(context),
    url,
    instance: 'a',
    tenant: 'general-hospital',
    clock: systemClock,
    onBug: failing,
  };
  return {
    options,
    async open(changes) {
      const state = await openState({ ...options, ...changes });
      if (!state.ok) throw new Error(state.error);
      context.after(() => state.value.close());
      return state.value;
    },
  };
}

function failing(error: unknown): void {
  throw error;
}
