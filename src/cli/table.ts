import { printable } from './printable.ts';

/** A cell; null is shown as what it is. */
export type Cell = string | number | boolean | null;

/** Aligned columns under their names, numbers to the right. Ends with a line end. */
export function table(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) => names.map((_, column) => cellText(row[column] ?? null)));
  const head = names.map(printable);
  const widths = head.map((name, column) => Math.max(width(name), ...shown.map((row) => width(row[column] ?? ''))));
  const numeric = names.map((_, column) => isNumeric(rows.map((row) => row[column] ?? null)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, numeric[column] === true))
      .join(' | ')
      .trimEnd();
  const rule = widths.map((columns) => '-'.repeat(columns)).join('-+-');
  return [line(head), rule, ...shown.map(line)].map((text) => `${text}\n`).join('');
}

/** One thing, a field a line. */
export function fields(pairs: readonly (readonly [string, Cell])[]): string {
  const longest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `${pad(name, longest, false)}  ${cellText(value)}\n`).join('');
}

function cellText(cell: Cell): string {
  return cell === null ? 'NULL' : printable(String(cell));
}

function isNumeric(column: readonly Cell[]): boolean {
  const present = column.filter((cell) => cell !== null);
  return present.length > 0 && present.every((cell) => /^-?\d+(\.\d+)?$/.test(String(cell)));
}

function pad(text: string, columns: number, right: boolean): string {
  const gap = ' '.repeat(Math.max(0, columns - width(text)));
  return right ? gap + text : text + gap;
}

/** In code points: good enough for alignment, and never wrong about content. */
function width(text: string): number {
  return Array.from(text).length;
}
