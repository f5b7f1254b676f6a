// Usage: `node conformance/run.ts [driver...]`: other people's drivers, directly and through Sluice; only differences are told.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Compared, compare } from './drivers/compare.ts';
import { type Doors, openDoors } from './drivers/doors.ts';
import type { Driver } from './drivers/driver.ts';
import { drivers } from './drivers/list.ts';
import { isOnMachine } from './drivers/program.ts';
import { printDifference, printTable, type TableRow } from './drivers/table.ts';

const cache = process.env['CONFORMANCE_CACHE'] ?? join(import.meta.dirname, '..', '.sluice', 'conformance');
const opened = new Map<string, Doors>();
const table: TableRow[] = [];
let failed = false;
try {
  mkdirSync(cache, { recursive: true });
  for (const driver of wanted(process.argv.slice(2))) {
    try {
      table.push(await rowOf(driver));
    } catch (error) {
      failed = true;
      console.log(`${driver.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  for (const doors of opened.values()) await doors.close();
}
console.log(`\n${printTable(table)}`);
process.exitCode = failed ? 1 : 0;

function wanted(names: readonly string[]): readonly Driver[] {
  const unknown = names.filter((name) => !drivers.some((driver) => driver.name === name));
  if (unknown.length > 0) {
    console.error(`no such driver: ${unknown.join(', ')}; there are ${drivers.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  return drivers.filter(({ name, standard }) => (names.length === 0 ? standard : names.includes(name)));
}

async function rowOf(driver: Driver): Promise<TableRow> {
  for (const program of driver.needs) {
    if (await isOnMachine(program)) continue;
    console.log(`${driver.name}: left out, there is no ${program} on this machine`);
    return { driver: driver.name, version: null, compared: [] };
  }
  const from = performance.now();
  const { version, play } = await driver.install(cache);
  const doors = await doorsOf(driver);
  await doors.reset(driver);
  const direct = await play(doors.direct);
  const compared: Compared[] = [];
  for (const door of (driver.doors ?? ['open', 'guarded']).map((name) => doors[name])) {
    await doors.reset(driver);
    compared.push(...compare(driver.name, door.name, direct, await play(door)));
  }
  for (const one of compared) {
    if (process.env['CONFORMANCE_ALL'] === undefined && one.verdict !== 'different') continue;
    console.log(printDifference(one));
  }
  if (direct.length === 0 || compared.some(({ verdict }) => verdict === 'different')) failed = true;
  const showing = (outcome: string) =>
    direct.filter((one) => JSON.stringify(one.outcome) === `{"outcome":"${outcome}"}`);
  const [failing, skipped] = [showing('FAIL').length, showing('SKIP').length];
  if (failing + skipped > 0)
    console.log(`${driver.name}: ${failing} fail and ${skipped} are skipped without Sluice too`);
  console.error(`${driver.name}: ${((performance.now() - from) / 1000).toFixed(0)} s`);
  return { driver: driver.name, version, compared };
}

async function doorsOf({ database = 18, scratch = false }: Driver): Promise<Doors> {
  const key = `${database} ${scratch}`;
  const doors = opened.get(key) ?? (await openDoors(database));
  opened.set(key, doors);
  return doors;
}
