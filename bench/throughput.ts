import type { Doors } from './doors.ts';
import { heading, median, row } from './numbers.ts';
import { type Door, pgbench } from './pgbench.ts';
import { cpuSeconds } from './process-cost.ts';

export interface Load {
  readonly mode: 'simple' | 'prepared';
  readonly clients: number;
  readonly rounds: number;
  /** Of one round. */
  readonly seconds: number;
}

/** The doors take turns, so that what else the machine does meets them alike; medians of the rounds are compared. */
export async function throughput(doors: Doors, load: Load): Promise<void> {
  const { mode, clients, rounds, seconds } = load;
  heading(`pgbench -S, ${mode}, ${clients} clients, median of ${rounds} rounds of ${seconds} s`);
  const measured = [doors.bouncer, doors.relay, doors.sluice].filter((door) => door !== null);
  row('direct', `${Math.round((await pgbench(doors.direct, mode, seconds, clients)).tps)} tps`);
  // Long enough for V8 to have compiled what is hot, wasm included: the steady state is measured, not the start.
  for (const door of measured) await pgbench(door, mode, door === doors.sluice ? 8 : 1, clients);
  const runs = new Map(measured.map((door) => [door, [] as Cost[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [door, costs] of runs) costs.push(await costOf(door, load));
  }
  const yardstick = doors.bouncer === null ? Number.NaN : median((runs.get(doors.bouncer) ?? []).map(microsOf));
  for (const [door, costs] of runs) {
    const micros = costs.map(microsOf);
    const tps = Math.round(median(costs.map((cost) => cost.tps)));
    const spread = `${Math.min(...micros).toFixed(0)}-${Math.max(...micros).toFixed(0)}`;
    row(
      door.name,
      `${tps} tps, ${median(micros).toFixed(1)} us CPU a statement (${spread}), ${(median(micros) / yardstick).toFixed(2)} x pgbouncer`,
    );
  }
}

interface Cost {
  readonly tps: number;
  readonly micros: number;
}

async function costOf(door: Door, { mode, clients, seconds }: Load): Promise<Cost> {
  if (door.pid === null) throw new Error(`${door.name} is not a process of ours`);
  const before = cpuSeconds(door.pid);
  const run = await pgbench(door, mode, seconds, clients);
  return { tps: run.tps, micros: ((cpuSeconds(door.pid) - before) / run.transactions) * 1e6 };
}

function microsOf(cost: Cost): number {
  return cost.micros;
}
