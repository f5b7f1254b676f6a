import pg from 'pg';
import { clientOptions, type Doors } from './doors.ts';
import { heading, percentile, row } from './numbers.ts';
import type { Door } from './pgbench.ts';

/** Many sessions at once: all connect, all ask one thing, all leave. */
export async function storm(doors: Doors, sessions: number): Promise<void> {
  heading(`${sessions} sessions that connect at once and ask one thing each`);
  for (const door of [doors.direct, doors.sluice]) {
    const from = performance.now();
    const outcomes = await Promise.all(Array.from({ length: sessions }, () => visit(door, from)));
    const waits = outcomes.filter((wait) => wait !== null).sort((a, b) => a - b);
    const ms = (at: number) => percentile(waits, at).toFixed(0);
    row(door.name, `${waits.length} answered, p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, last ${ms(1)} ms`);
  }
}

/** Milliseconds until its answer, or null where it got none. */
async function visit(door: Door, from: number): Promise<number | null> {
  const client = new pg.Client(clientOptions(door));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    const wait = performance.now() - from;
    await client.end();
    return wait;
  } catch {
    return null;
  }
}
