export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** @param at from 0 to 1 */
export function percentile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

export function heading(text: string): void {
  console.log(`\n${text}`);
}

export function row(name: string, text: string): void {
  console.log(`  ${name.padEnd(12)} ${text}`);
}
