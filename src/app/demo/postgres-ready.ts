import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Launched } from './postgres-process.ts';

/** Where a server is and how its superuser gets in. */
export interface ServerAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Resolves when the server answers a login; throws when its process ends or time runs out. */
export async function untilReady(server: ServerAccess, launched: Launched): Promise<void> {
  const deadline = performance.now() + readyMs;
  for (;;) {
    if (launched.exited()) throw new Error(`PostgreSQL did not start: ${lastWords(launched.logFile)}`);
    const fault = await login(server, launched.dataDir);
    if (fault === null) return;
    if (performance.now() > deadline)
      throw new Error(`PostgreSQL did not answer within ${readyMs / 1000} s (${fault})`);
    await wait(10);
  }
}

/** Creates the database unless it exists. */
export async function ensureDatabase(server: ServerAccess, database: string): Promise<void> {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

async function login(server: ServerAccess, dataDir: string): Promise<string | null> {
  const client = new pg.Client({ ...server, database: 'postgres', connectionTimeoutMillis: 2000 });
  // The server may cut the line while it starts; that is an answer, not a fault of ours.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show data_directory');
    return rows[0]?.data_directory === dataDir ? null : otherServer;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
  } finally {
    await client.end().catch(() => undefined);
  }
}

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines.slice(-5).join(' / ');
}

/** Another one has the port: ours will end by itself, for want of it. */
const otherServer = 'another server';
const readyMs = 20_000;
