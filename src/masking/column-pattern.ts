import { err, ok, type Result } from '../base/result.ts';
import type { ColumnName } from '../core/facts.ts';

/** A parsed `schema.table.column` of `protect:`. */
export interface ColumnPattern {
  /** As configured, for messages. */
  readonly source: string;
  readonly schema: PartPattern;
  readonly table: PartPattern;
  readonly column: PartPattern;
  /** Number of `*` in all parts; 0: it names one column. */
  readonly globs: number;
  /** Characters that are not `*`, in all parts. */
  readonly literals: number;
}

/** The literal pieces between the `*` of one part: `a*b` is `['a', 'b']`, a part without `*` is one piece. */
export type PartPattern = readonly [string, ...string[]];

/**
 * Parses with the quoting of SQL, as psql reads its patterns: outside of double quotes letters fold to lower case and `*`
 * is any run of characters; inside, everything is meant as it stands and `""` is one quote.
 */
export function parseColumnPattern(source: string): Result<ColumnPattern, string> {
  const parts: PartPattern[] = [];
  let at = 0;
  while (true) {
    const part = parsePart(source, at);
    if (!part.ok) return err(`${JSON.stringify(source)}: ${part.error}`);
    parts.push(part.value.pieces);
    at = part.value.end;
    if (at === source.length) break;
    at += 1;
  }
  const [schema, table, column] = parts;
  if (schema === undefined || table === undefined || column === undefined || parts.length !== 3) {
    return err(`${JSON.stringify(source)}: has ${parts.length} of the three parts schema.table.column`);
  }
  const pieces = [...schema, ...table, ...column];
  const literals = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return ok({ source, schema, table, column, globs: pieces.length - 3, literals });
}

export function matchesColumn(pattern: ColumnPattern, name: ColumnName): boolean {
  return (
    matchesPart(pattern.column, name.column) &&
    matchesPart(pattern.table, name.name) &&
    matchesPart(pattern.schema, name.schema)
  );
}

/** Above 0: `a` is more specific than `b`. Fewer globs first, then more literal characters. */
export function compareSpecificity(a: ColumnPattern, b: ColumnPattern): number {
  return b.globs - a.globs || a.literals - b.literals;
}

/** Linear in the text: the first piece must start it, the last must end it, those between are found leftmost. */
export function matchesPart(pieces: PartPattern, text: string): boolean {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

interface ParsedPart {
  readonly pieces: PartPattern;
  /** Index of the dot behind the part, or the length of the source. */
  readonly end: number;
}

function parsePart(source: string, start: number): Result<ParsedPart, string> {
  const done: string[] = [];
  let piece = '';
  let at = start;
  while (at < source.length && source[at] !== '.') {
    const character = source.charAt(at);
    if (character === '"') {
      const quoted = parseQuoted(source, at);
      if (quoted === null) return err('a double quote is not closed');
      if (quoted.text === '') return err('a quoted name is empty');
      piece += quoted.text;
      at = quoted.end;
    } else if (character === '*') {
      if (source[at + 1] === '*') return err('two * in a row mean nothing more than one');
      done.push(piece);
      piece = '';
      at += 1;
    } else if (/[A-Za-z0-9_$\u0080-\uffff]/.test(character)) {
      piece += character >= 'A' && character <= 'Z' ? character.toLowerCase() : character;
      at += 1;
    } else {
      return err(`the character ${JSON.stringify(character)} must be in double quotes`);
    }
  }
  if (at === start) return err('a part is empty');
  const [first, ...rest] = [...done, piece];
  return ok({ pieces: [first ?? '', ...rest], end: at });
}

function parseQuoted(source: string, start: number): { readonly text: string; readonly end: number } | null {
  let text = '';
  let at = start + 1;
  while (at < source.length) {
    if (source[at] !== '"') {
      text += source.charAt(at);
      at += 1;
    } else if (source[at + 1] === '"') {
      text += '"';
      at += 2;
    } else {
      return { text, end: at + 1 };
    }
  }
  return null;
}
