import { columnLabel } from '../core/catalogue.ts';
import type { CellMask } from '../core/cell-mask.ts';
import type { ColumnName, OutputColumn } from '../core/facts.ts';
import type { ResultColumn } from '../core/question.ts';
import type { MaskingSettings, Transform } from './masking-settings.ts';
import { transformOf } from './preset.ts';
import type { TokenKeys } from './token-keys.ts';
import { writerOf } from './writer-of.ts';

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

/** A key that no two columns share, whatever their names hold. */
function identity(column: ColumnName): string {
  return JSON.stringify([column.schema, column.name, column.column]);
}
