import type { CellMask } from '../core/cell-mask.ts';

/** The part of a {@link CellMask} that a transform makes; the plan adds what the cell is. */
export type CellWriter = Pick<CellMask, 'bound' | 'write'>;

/** What `write` answers for SQL NULL. */
export const sqlNull = -1;
