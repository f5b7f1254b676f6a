import type { CellMask } from '../../src/core/cell-mask.ts';

/** A star for each byte. */
export const stars: CellMask = {
  column: 'public.patients.ssn',
  class: 'ssn',
  transform: 'redact',
  bound: (length) => length,
  write(_source, start, end, sink, at) {
    sink.fill(0x2a, at, at + end - start);
    return end - start;
  },
};

/** Every cell becomes `<` and `>` around `times` copies of itself; empty cells become NULL. */
export function growing(times: number): CellMask {
  return {
    column: 'public.patients.notes',
    class: 'note',
    transform: 'redact',
    bound: (length) => 2 + length * times,
    write(source, start, end, sink, at) {
      if (start === end) return -1;
      let to = at;
      sink[to++] = 0x3c;
      for (let copy = 0; copy < times; copy += 1) to += source.copy(sink, to, start, end);
      sink[to++] = 0x3e;
      return to - at;
    },
  };
}
