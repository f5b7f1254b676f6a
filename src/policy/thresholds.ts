import { contextPath } from './mentions.ts';

/**
 * Where the answers of policies about one number of the context can change, beside its being there at all: the literals it is
 * compared with, sorted. Null where it is used in any other way, so that every value of it may have an answer of its own.
 */
export function thresholdsOf(conditions: readonly unknown[], path: string): readonly number[] | null {
  const found = new Set<number>();
  return conditions.every((condition) => collect(condition, path, found)) ? [...found].sort((a, b) => a - b) : null;
}

/** The same for all values between two neighbouring thresholds, and for each threshold: policies cannot tell these apart. */
export function sideOf(value: number, thresholds: readonly number[]): string {
  let below = 0;
  for (const threshold of thresholds) {
    if (value === threshold) return `=${below}`;
    if (value > threshold) below += 1;
  }
  return `${below}`;
}

/** False: the number is used otherwise than in a comparison with a literal. */
function collect(node: unknown, path: string, found: Set<number>): boolean {
  if (Array.isArray(node)) return node.every((item) => collect(item, path, found));
  if (typeof node !== 'object' || node === null) return true;
  const literal = comparedWith(node, path);
  if (literal !== null) {
    found.add(literal);
    return true;
  }
  const mentioned = contextPath(node);
  if ('has' in node && mentioned?.join('.') === path) return true;
  if (mentioned === null) return Object.values(node).every((value) => collect(value, path, found));
  const text = mentioned.join('.');
  return !(text === '' || text === path || path.startsWith(`${text}.`));
}

function comparedWith(node: object, path: string): number | null {
  for (const operator of comparisons) {
    const operands: unknown = operator in node ? (node as Readonly<Record<string, unknown>>)[operator] : undefined;
    if (typeof operands !== 'object' || operands === null || !('left' in operands) || !('right' in operands)) continue;
    const { left, right } = operands;
    return isPath(left, path) ? literalOf(right) : isPath(right, path) ? literalOf(left) : null;
  }
  return null;
}

const comparisons = ['<', '<=', '>', '>=', '==', '!='] as const;

function isPath(node: unknown, path: string): boolean {
  return typeof node === 'object' && node !== null && contextPath(node)?.join('.') === path;
}

function literalOf(node: unknown): number | null {
  return typeof node === 'object' && node !== null && 'Value' in node && typeof node.Value === 'number'
    ? node.Value
    : null;
}
