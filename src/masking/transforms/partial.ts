import { isUtf8 } from 'node:buffer';
import { type CellWriter, sqlNull } from '../cell-writer.ts';
import type { MaskedType } from '../masked-type.ts';
import { endOfValue, isTextLike } from '../type-oids.ts';
import { nullify } from './nullify.ts';

/**
 * `partial`: the last `keepLast` letters and digits stay, the others become `*`; `- ( ) . / @ +` and blanks stay in runs of
 * at most two, every other character becomes `*`. At most half of the letters and digits stay, so that a short value is not
 * given away whole. Outside ASCII every code point counts as a letter. Strings only; NULL elsewhere.
 */
export function partial(column: MaskedType, keepLast: number): CellWriter {
  if (!isTextLike(column.typeOid)) return nullify;
  const { typeOid } = column;
  const keep = Number.isSafeInteger(keepLast) && keepLast > 0 ? keepLast : 0;
  return {
    bound: (length) => length,
    write: (source, start, end, sink, at) =>
      writePartial(keep, source, start, endOfValue(typeOid, source, start, end), sink, at),
  };
}

function writePartial(keep: number, source: Buffer, start: number, end: number, sink: Buffer, at: number): number {
  const letters = countLetters(source, start, end);
  if (letters < 0) return sqlNull;
  const firstKept = letters - Math.min(keep, letters >> 1);
  let letter = 0;
  let run = 0;
  let keeping = false;
  let written = at;
  for (let i = start; i < end; i += 1) {
    const byte = source[i] ?? 0;
    const kind = kinds[byte] ?? OTHER;
    if (kind === CONTINUATION) {
      if (keeping) sink[written++] = byte;
      continue;
    }
    const separates = kind === SEPARATOR;
    run = separates ? run + 1 : 0;
    keeping = kind === LETTER && letter >= firstKept;
    if (kind === LETTER) letter += 1;
    sink[written++] = keeping || (separates && run <= 2) ? byte : ASTERISK;
  }
  return written - at;
}

/** Letters, digits and code points outside ASCII; -1 where the bytes are not UTF-8. */
function countLetters(source: Buffer, start: number, end: number): number {
  let letters = 0;
  let beyondAscii = 0;
  for (let i = start; i < end; i += 1) {
    const byte = source[i] ?? 0;
    beyondAscii |= byte;
    if (kinds[byte] === LETTER) letters += 1;
  }
  return beyondAscii < 0x80 || isUtf8(source.subarray(start, end)) ? letters : -1;
}

const ASTERISK = 0x2a;
const OTHER = 0;
const LETTER = 1;
const SEPARATOR = 2;
const CONTINUATION = 3;

const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  // A lead byte stands for its code point; the bytes that follow it go where it goes.
  if (byte >= 0x80) return byte >= 0xc0 ? LETTER : CONTINUATION;
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9]/.test(character)) return LETTER;
  return '-(). /@+'.includes(character) ? SEPARATOR : OTHER;
});
