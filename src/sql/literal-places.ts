import { Token, type TokenKind } from './lexer.ts';

/** A token of a statement, with its text. */
export interface Piece {
  readonly kind: TokenKind;
  readonly text: string;
}

/** Which column a literal or a parameter stands beside. */
export interface Place {
  /** As the statement means it: folded, or between its quotes. */
  readonly column: string;
  /** It is that column's value and nothing else: whoever knows what the column may show knows what the literal may. */
  readonly exact: boolean;
}

/**
 * The places of all literals and parameters that have one, by their index. What is not one of these forms has none, and what
 * could be more than it looks is not exact: `c = 1` behind a word that begins a condition or an assignment, `c in (1, 2)`, and
 * the rows of `insert into t (c, d) values (1, 2)`.
 */
export function literalPlaces(pieces: readonly Piece[]): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  const rowsEnd = insertedRows(pieces, places);
  const renamed = givesNames(pieces);
  for (let at = rowsEnd; at < pieces.length; at += 1) {
    const name = columnName(pieces[at]);
    if (name === null || wordOf(pieces[at]) === 'not') continue;
    let next = at + 1;
    if (wordOf(pieces[next]) === 'not') next += 1;
    const operator = wordOf(pieces[next]);
    if (!comparing.has(operator)) continue;
    const own = !renamed && begins.has(wordOf(pieces[chainStart(pieces, at) - 1]));
    if (pieces[next + 1]?.text === '(') listed(pieces, next + 2, name, own && operator === 'in', places);
    else if (isValue(pieces[next + 1])) places.set(next + 1, { column: name, exact: own && ends(pieces[next + 2]) });
  }
  return places;
}

/** Everything between these parentheses may be a value of the column; exact are those that are nothing but an item. */
function listed(
  pieces: readonly Piece[],
  from: number,
  column: string,
  own: boolean,
  places: Map<number, Place>,
): void {
  let plain = own;
  for (let at = from, depth = 1; at < pieces.length; at += 1) {
    const piece = pieces[at];
    const { text } = piece ?? { text: '' };
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    if (depth === 0) return;
    if (isValue(piece)) places.set(at, { column, exact: plain && closesItem(pieces[at + 1]) });
    // Behind anything else than plain items it is an expression, or another query.
    else if (text !== ',') plain = false;
  }
}

/** Rows of `insert into t (c, d) values (1, 2), (3, 4)`, where the statement begins so. Answers where they end. */
function insertedRows(pieces: readonly Piece[], places: Map<number, Place>): number {
  const columns: string[] = [];
  let at = targetList(pieces, columns);
  if (at < 0) return 0;
  if (wordOf(pieces[at]) === 'overriding') at += 3;
  if (wordOf(pieces[at]) !== 'values') return 0;
  for (at += 1; pieces[at]?.text === '('; at += 1) {
    at = insertedRow(pieces, at + 1, columns, places);
    if (pieces[at]?.text !== ',') return at;
  }
  return at;
}

/** Answers where the row is closed behind. */
function insertedRow(
  pieces: readonly Piece[],
  from: number,
  columns: readonly string[],
  places: Map<number, Place>,
): number {
  let item = 0;
  for (let at = from, depth = 1; at < pieces.length; at += 1) {
    const piece = pieces[at];
    const { text } = piece ?? { text: '' };
    if (text === '(' || text === '[') depth += 1;
    else if (text === ')' || text === ']') depth -= 1;
    else if (text === ',' && depth === 1) item += 1;
    if (depth === 0) return at + 1;
    const column = columns[item];
    if (!isValue(piece) || column === undefined) continue;
    const opened = at === from || pieces[at - 1]?.text === ',';
    places.set(at, { column, exact: depth === 1 && opened && closesItem(pieces[at + 1]) });
  }
  return pieces.length;
}

/** Reads `insert into a.b as c (d, e)`. Answers where it ends, or -1: it is not written so. */
function targetList(pieces: readonly Piece[], columns: string[]): number {
  if (wordOf(pieces[0]) !== 'insert' || wordOf(pieces[1]) !== 'into') return -1;
  let at = 3;
  while (pieces[at]?.text === '.') at += 2;
  if (wordOf(pieces[at]) === 'as') at += 2;
  if (pieces[at]?.text !== '(') return -1;
  for (at += 1; ; at += 2) {
    const name = columnName(pieces[at]);
    const then = pieces[at + 1]?.text;
    if (name === null || (then !== ',' && then !== ')')) return -1;
    columns.push(name);
    if (then === ')') return at + 2;
  }
}

/**
 * Could a name in it mean something else than a column of one of its tables: of a query within, of a list of names behind an
 * alias, of a function that gives rows?
 */
function givesNames(pieces: readonly Piece[]): boolean {
  const words = pieces.map(wordOf);
  if (words.includes('with') || words.indexOf('select') !== words.lastIndexOf('select')) return true;
  if (words.includes('table') || words.some((word, at) => queries.has(word) && words[at - 1] === '(')) return true;
  let sources = false;
  for (const [at, word] of words.entries()) {
    if (beginsSources.has(word)) sources = true;
    else if (endsSources.has(word)) sources = false;
    else if (sources && columnName(pieces[at]) !== null && pieces[at + 1]?.text === '(') return true;
  }
  return false;
}

/** Of `a.b.c` that ends here, where it begins. */
function chainStart(pieces: readonly Piece[], end: number): number {
  let at = end;
  while (pieces[at - 1]?.text === '.' && columnName(pieces[at - 2]) !== null) at -= 2;
  return at;
}

function columnName(piece: Piece | undefined): string | null {
  if (piece?.kind === Token.word) return piece.text.toLowerCase();
  return piece?.kind === Token.quotedName ? piece.text.slice(1, -1).replaceAll('""', '"') : null;
}

/** A quoted name is no word. */
function wordOf(piece: Piece | undefined): string {
  return piece === undefined || piece.kind === Token.quotedName ? '' : piece.text.toLowerCase();
}

function isValue(piece: Piece | undefined): boolean {
  return piece !== undefined && piece.kind >= Token.string && piece.kind <= Token.parameter;
}

/** An operator or a cast behind a literal takes it for more than it is. */
function ends(piece: Piece | undefined): boolean {
  return piece === undefined || behind.has(wordOf(piece));
}

function closesItem(piece: Piece | undefined): boolean {
  return piece?.text === ',' || piece?.text === ')';
}

const comparing: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>=', 'in', 'like', 'ilike']);
/** Behind these a name begins an expression: it is no part of one. */
const begins: ReadonlySet<string> = new Set(['where', 'and', 'or', 'not', 'set', 'on', 'when', 'having', ',', '(']);
const behind: ReadonlySet<string> = new Set(
  `) , ; and or where from then returning group order having limit offset union intersect except for`.split(' '),
);
const queries: ReadonlySet<string> = new Set(['select', 'values']);
const beginsSources: ReadonlySet<string> = new Set(['from', 'join', 'using']);
const endsSources: ReadonlySet<string> = new Set([
  'where',
  'on',
  'set',
  'group',
  'order',
  'having',
  'limit',
  'returning',
]);
