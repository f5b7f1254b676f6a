import { type CellWriter, sqlNull } from '../cell-writer.ts';

/** `null`: every cell becomes SQL NULL; the honest answer wherever a type has no value that says "masked". */
export const nullify: CellWriter = {
  bound: () => 0,
  write: () => sqlNull,
};
