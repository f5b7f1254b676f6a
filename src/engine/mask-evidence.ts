import type { BodyMask } from '../core/body-mask.ts';
import type { CellMask } from '../core/cell-mask.ts';
import type { StatementCompleted } from '../ledger/event.ts';

export type MaskEvidence = StatementCompleted['masks'];

/** What was masked of a result, column by column. */
export function columnEvidence(
  masks: readonly (CellMask | null)[] | undefined,
  masked: readonly number[] | null,
): MaskEvidence {
  if (masked === null || masks === undefined) return [];
  return masks.flatMap((mask, at) =>
    mask === null
      ? []
      : [{ column: mask.column, class: mask.class, transform: mask.transform, cells: String(masked[at] ?? 0) }],
  );
}

/** What was masked of an HTTP answer, field by field: a path stands where a column does. */
export function fieldEvidence(mask: BodyMask | null, masked: readonly number[] | null): MaskEvidence {
  if (mask === null || masked === null) return [];
  return mask.fields.map(({ path, class: name, transform }, at) => ({
    column: path,
    class: name,
    transform,
    cells: String(masked[at] ?? 0),
  }));
}
