import { killUnderLoad } from './kill-under-load.ts';

// Usage: `node conformance/kill-nine/main.ts [rounds] [fsync|os]`.
const rounds = Number(process.argv[2] ?? 20);
const durability = process.argv[3] === 'fsync' ? 'fsync' : 'os';
const result = await killUnderLoad({ rounds, durability, say: (line) => console.log(line) });
for (const line of result.missing.slice(0, 20)) console.log(`MISSING ${line}`);
for (const line of result.faults) console.log(`LEDGER ${line}`);
console.log(
  `${result.rounds} kills, ${result.logged} statements in the database's log, ${result.missing.length} without an earlier entry, ${result.entries} entries, ledger ${result.faults.length === 0 ? 'verifies' : 'DOES NOT VERIFY'}`,
);
process.exitCode = result.missing.length === 0 && result.faults.length === 0 && result.logged > 0 ? 0 : 1;
