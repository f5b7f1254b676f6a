import { unreachable } from '../base/unreachable.ts';
import { columnLabel } from '../core/catalogue.ts';
import type { CellMask } from '../core/cell-mask.ts';
import type { ColumnName, OutputColumn } from '../core/facts.ts';
import type { ResultColumn } from '../core/question.ts';
import type { CellWriter } from './cell-writer.ts';
import type { MaskingSettings, Transform } from './masking-settings.ts';
import { transformOf } from './preset.ts';
import { nullify } from './transforms/nullify.ts';
import { partial } from './transforms/partial.ts';
import { redact } from './transforms/redact.ts';
import { tokenize } from './transforms/tokenize.ts';
import { year } from './transforms/year.ts';

/** What transforms take from the gateway beside their settings. */
export interface TokenKeys {
  /** The key of a class; the same as long as the gateway's secret is. */
  keyFor(className: string): Buffer;
  currentYear(): number;
}

/**
 * One mask per column of a result shape, null where the column passes as it is; null when all do. `unmasked` are the columns
 * that policy grants by name. The engine refuses what is computed from others, and results that do not fit their analysis;
 * either of them here is a bug, and throws.
 */
export function planMasks(
  outputs: readonly OutputColumn[],
  columns: readonly ResultColumn[],
  unmasked: readonly ColumnName[],
  settings: MaskingSettings,
  keys: TokenKeys,
): readonly (CellMask | null)[] | null {
  if (outputs.length !== columns.length) throw new Error('a result does not have the columns of its analysis');
  const granted = new Set(unmasked.map(identity));
  const masks = columns.map((column, index) => {
    const output = outputs[index];
    if (output === undefined) throw new Error('a result does not have the columns of its analysis');
    if (output.kind === 'derived') {
      if (output.columns.every((each) => granted.has(identity(each)))) return null;
      throw new Error('a computed column that policy does not grant reached the mask plan');
    }
    if (output.kind === 'clear' || granted.has(identity(output.column))) return null;
    return maskOf(output.column, output.class, column, transformOf(settings, output.class), keys);
  });
  return masks.every((mask) => mask === null) ? null : masks;
}

function maskOf(
  name: ColumnName,
  className: string,
  column: ResultColumn,
  transform: Transform,
  keys: TokenKeys,
): CellMask {
  const writer = writerOf(transform, column, className, keys);
  const { bound, write } = writer;
  return { column: columnLabel(name), class: className, transform: transform.kind, bound, write };
}

function writerOf(transform: Transform, column: ResultColumn, className: string, keys: TokenKeys): CellWriter {
  // A format of the protocol's future has no honest value.
  if (column.format !== 0 && column.format !== 1) return nullify;
  switch (transform.kind) {
    case 'redact':
      return redact(column);
    case 'null':
      return nullify;
    case 'year':
      return year(column, keys.currentYear());
    case 'tokenize':
      return tokenize(column, keys.keyFor(className));
    case 'partial':
      return partial(column, transform.keepLast);
    default:
      return unreachable(transform);
  }
}

/** A key that no two columns share, whatever their names hold. */
function identity(column: ColumnName): string {
  return JSON.stringify([column.schema, column.name, column.column]);
}
