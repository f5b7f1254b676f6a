import type { CellWriter } from '../cell-writer.ts';
import type { MaskedType } from '../masked-type.ts';
import { isTextLike } from '../type-oids.ts';
import { nullify } from './nullify.ts';

/**
 * `redact`: three asterisks where the type is a string, NULL elsewhere. Short on purpose: clients cut a `varchar(n)` at its
 * declared length, and a constant says nothing of the length of the value.
 */
export function redact(column: MaskedType): CellWriter {
  return isTextLike(column.typeOid) ? asterisks : nullify;
}

const asterisks: CellWriter = {
  bound: () => 3,
  write: (_source, _start, _end, sink, at) => {
    sink[at] = 0x2a;
    sink[at + 1] = 0x2a;
    sink[at + 2] = 0x2a;
    return 3;
  },
};
