import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every entry of a ledger directory, in order, read from its files and not through the product. */
export function ledgerTail(directory: string): readonly Record<string, unknown>[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter((line) => line.includes('{'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
}
