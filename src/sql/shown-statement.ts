import type { CatalogueSnapshot } from '../core/catalogue.ts';
import type { StatementFacts } from '../core/facts.ts';
import type { BoundParameters } from '../core/question.ts';
import { Lexer, Token, type TokenKind } from './lexer.ts';
import { literalPlaces, type Piece, type Place } from './literal-places.ts';

/** A statement for people who must judge it, and may not see what is protected. */
export interface ShownStatement {
  readonly text: string;
  readonly parameters: readonly string[];
  /** Of the protected columns that it names, sorted. */
  readonly classes: readonly string[];
}

/**
 * The statement as it was sent, with every literal that might be protected taken out: `‹ssn›` where it belongs to a column of
 * that class, `‹string›` where it cannot be told. Where none of its tables holds a protected column, literals stand as they
 * are. Comments are named, not shown: they carry no meaning and could carry anything.
 */
export function showStatement(
  bytes: Buffer,
  facts: StatementFacts,
  bind: BoundParameters | null,
  catalogue: CatalogueSnapshot,
): ShownStatement {
  const columns = new Columns(facts, catalogue);
  const read = tokensOf(bytes);
  if (read === null) return { text: '‹unreadable›', parameters: [], classes: [] };
  const places = literalPlaces(read);
  const parameters = new Map<number, Class>();
  let text = '';
  let end = 0;
  for (const [at, { kind, text: token, start, end: behind }] of read.entries()) {
    text += gap(bytes.toString('utf8', end, start));
    end = behind;
    const belongs = columns.at(places.get(at));
    if (kind === Token.parameter) {
      const number = Number(token.slice(1));
      const known = parameters.get(number);
      // One that stands in two places is shown only where both may be.
      parameters.set(number, known === undefined || known === belongs ? belongs : stricter(known, belongs));
    }
    text += isLiteral(kind) ? shownLiteral(token, kind, belongs) : shownName(kind, token);
  }
  text += gap(bytes.toString('utf8', end));
  const shown = (bind?.values ?? []).map((value, at) =>
    shownParameter(value, bind?.formats ?? [], at, parameters.get(at + 1) ?? columns.unknown),
  );
  return { text: text.trim(), parameters: shown, classes: columns.classes };
}

/** What a literal belongs to: a class, `open` for what may be shown, `hidden` for what cannot be told. */
type Class = { readonly class: string } | 'open' | 'hidden';

/** The columns that a name in this statement can mean. */
class Columns {
  readonly #classes = new Map<string, Class>();
  readonly #everyKnown: boolean;
  readonly classes: readonly string[];
  /** For literals that belong to no column that is known. */
  readonly unknown: Class;

  constructor(facts: StatementFacts, catalogue: CatalogueSnapshot) {
    const used = facts.tables.map(({ relation }) =>
      catalogue.relations.find(({ schema, name }) => schema === relation.schema && name === relation.name),
    );
    for (const column of used.flatMap((relation) => relation?.columns ?? [])) {
      const known = this.#classes.get(column.name);
      if (known === undefined || known === 'open') {
        this.#classes.set(column.name, column.class === null ? 'open' : { class: column.class });
      }
    }
    const named = facts.tables.flatMap(({ columns }) => columns.map((name) => this.#classes.get(name)));
    this.classes = [...new Set(named.flatMap((known) => (typeof known === 'object' ? [known.class] : [])))].sort();
    this.#everyKnown = used.every((relation) => relation !== undefined);
    this.unknown = this.#everyKnown && !facts.tables.some((use) => use.protected) ? 'open' : 'hidden';
  }

  /** What stands there. A column that may be shown vouches only for what is its value and nothing else. */
  at(place: Place | undefined): Class {
    const known = place === undefined ? undefined : this.#classes.get(place.column);
    if (known === undefined || this.unknown === 'open') return known ?? this.unknown;
    return known === 'open' && !(place?.exact === true && this.#everyKnown) ? 'hidden' : known;
  }
}

interface Read extends Piece {
  readonly start: number;
  readonly end: number;
}

/** Null: it does not end as it should. */
function tokensOf(bytes: Buffer): readonly Read[] | null {
  const lexer = new Lexer(bytes);
  const read: Read[] = [];
  for (let kind = lexer.next(); kind !== Token.end; kind = lexer.next()) {
    if (kind === Token.broken) return null;
    const { start, end } = lexer;
    read.push({ kind, start, end, text: bytes.toString('utf8', start, end) });
  }
  return read;
}

function stricter(one: Class, other: Class): Class {
  return typeof one === 'object' ? one : typeof other === 'object' ? other : 'hidden';
}

function isLiteral(kind: TokenKind): boolean {
  return kind >= Token.string && kind <= Token.number;
}

function shownLiteral(token: string, kind: TokenKind, belongs: Class): string {
  if (belongs === 'open') return token;
  if (belongs === 'hidden') return kind === Token.number ? '‹number›' : '‹string›';
  return `‹${belongs.class}›`;
}

/** A quoted name may be any text: what does not look like a name is not shown. */
function shownName(kind: TokenKind, token: string): string {
  if (kind === Token.unicodeName) return '"‹name›"';
  return kind !== Token.quotedName || plainName.test(token) ? token : '"‹name›"';
}

const plainName = /^"[A-Za-z_][A-Za-z0-9_ ]{0,62}"$/;

function shownParameter(value: Buffer | null, formats: readonly number[], at: number, belongs: Class): string {
  if (value === null) return 'NULL';
  if (typeof belongs === 'object') return `‹${belongs.class}›`;
  if (belongs === 'hidden') return '‹value›';
  const format = formats.length === 1 ? formats[0] : (formats[at] ?? 0);
  return format === 1 ? `‹${value.length} bytes in binary›` : value.toString('utf8');
}

/** White space as it stands; a comment by its name. */
function gap(between: string): string {
  return between.trim() === '' ? between : ' ‹comment› ';
}
