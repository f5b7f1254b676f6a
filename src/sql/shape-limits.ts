import type { Denial } from '../core/denial.ts';
import { Lexer, Token } from './lexer.ts';

/** Text above this is never parsed. The same bound as `limits.statementBytes`, for callers that have no limits. */
export const maxTextBytes = 1024 * 1024;
/** Text above this is analysed away from the main thread. */
export const largeTextBytes = 128 * 1024;
/**
 * Estimated depth of the syntax tree. The parser's stack gave out between 1,000 and 3,000 nested sub-selects or CASEs and
 * between 3,000 and 10,000 operators in a row; a level counts `nestingCost`, an operator 1.
 */
export const maxDepth = 1000;
const nestingCost = 4;
export const maxStatements = 1000;
/** `SET (a, b) = (...)` copies its right side once per column, and nested copies multiply: bytes after copying. */
export const maxCopiedBytes = 16 * 1024 * 1024;

/** Refuses text whose tree the parser could not build without running out of stack. Reads tokens only. */
export function shapeDenial(bytes: Buffer): Denial | null {
  if (bytes.length > maxTextBytes) return exceeded(`statements may have ${maxTextBytes} bytes`, 'send it in parts');
  const shape = new Shape();
  const lexer = new Lexer(bytes);
  for (let kind = lexer.next(); kind !== Token.end && kind !== Token.broken; kind = lexer.next()) {
    if (kind === Token.word)
      shape.word(lexer.end - lexer.start > 9 ? '' : bytes.toString('latin1', lexer.start, lexer.end));
    else if (kind === Token.operator) shape.operator(bytes.toString('latin1', lexer.start, lexer.end));
    else if (kind === Token.punctuation) shape.punctuation(bytes.toString('latin1', lexer.start, lexer.end));
    else shape.other();
    if (shape.depth > maxDepth)
      return exceeded(
        `the statement nests or chains deeper than ${maxDepth}`,
        'use fewer nested parentheses, or arrays instead of chains of operators',
      );
    if (shape.copies * bytes.length > maxCopiedBytes)
      return exceeded('nested multiple-column SET clauses are too large', 'set each column on its own');
    if (shape.statements > maxStatements)
      return exceeded(`a text may have ${maxStatements} statements`, 'send it in parts');
  }
  return null;
}

function exceeded(message: string, hint: string): Denial {
  return { code: 'limit_exceeded', message, hint };
}

interface Level {
  readonly opener: string;
  readonly copies: number;
  /** Operators in a row in the current element. */
  chain: number;
  /** Depth of the deepest closed child of the current element. */
  inner: number;
  /** Depth of the deepest element before the current one. */
  deepest: number;
  commas: number;
  /** Factor for what opens next: columns of a `(a, b) =` seen at this level. */
  factor: number;
  betweens: number;
}

/** Follows nesting with a stack of its own; `depth` is the deepest path seen so far. */
class Shape {
  depth = 0;
  copies = 1;
  statements = 0;
  readonly #levels: Level[] = [level('', 1)];
  #last = '';
  #closedCommas = 0;

  word(text: string): void {
    const label = this.#last === '.' || this.#last.toUpperCase() === 'AS';
    const keyword = label ? '' : text.toUpperCase();
    if (keyword === 'CASE') this.#open('CASE');
    else if (keyword === 'END' && this.#top().opener === 'CASE') this.#close();
    else if (keyword === 'OR') this.#element();
    else if (keyword === 'AND') {
      const top = this.#top();
      if (top.betweens > 0) top.betweens -= 1;
      else this.#element();
    } else if (chaining.has(keyword)) {
      if (keyword === 'BETWEEN') this.#top().betweens += 1;
      this.#link();
    }
    this.#last = text;
  }

  operator(text: string): void {
    // PostgreSQL takes trailing signs off: `+++` may be three operators.
    this.#top().chain += text.slice(1).replaceAll(/[^+-]/g, '').length;
    this.#link();
    if (text === '=' && this.#last === ')') {
      const top = this.#top();
      top.factor = Math.max(top.factor, this.#closedCommas + 1);
    }
    this.#last = text;
  }

  punctuation(text: string): void {
    if (text === '(' || text === '[') this.#open(text);
    else if (text === ')' || text === ']') {
      while (this.#top().opener === 'CASE') this.#close();
      this.#close();
    } else if (text === ',') {
      this.#top().commas += 1;
      this.#element();
    } else if (text === ';') {
      if (this.#levels.length === 1) this.statements += 1;
      this.#element();
    } else if (text === '::') this.#link();
    this.#last = text;
  }

  other(): void {
    this.#last = '';
  }

  #top(): Level {
    return this.#levels[this.#levels.length - 1] ?? level('', 1);
  }

  #open(opener: string): void {
    const parent = this.#top();
    this.copies = parent.copies * parent.factor;
    this.#levels.push(level(opener, this.copies));
    this.#measure();
  }

  #close(): void {
    if (this.#levels.length === 1) return;
    const closed = this.#top();
    this.#levels.pop();
    this.#closedCommas = closed.commas;
    const top = this.#top();
    top.inner = Math.max(top.inner, nestingCost + Math.max(closed.deepest, closed.inner + closed.chain));
    this.copies = top.copies;
    this.#measure();
  }

  #link(): void {
    this.#top().chain += 1;
    this.#measure();
  }

  /** A new element starts: what came before stands beside it, not above it. */
  #element(): void {
    const top = this.#top();
    top.deepest = Math.max(top.deepest, top.inner + top.chain);
    top.chain = 0;
    top.inner = 0;
  }

  #measure(): void {
    const top = this.#top();
    this.depth = Math.max(this.depth, this.#levels.length * nestingCost, top.inner + top.chain);
  }
}

function level(opener: string, copies: number): Level {
  return { opener, copies, chain: 0, inner: 0, deepest: 0, commas: 0, factor: 1, betweens: 0 };
}

const chaining = new Set([
  'NOT',
  'IS',
  'ISNULL',
  'NOTNULL',
  'COLLATE',
  'AT',
  'LIKE',
  'ILIKE',
  'SIMILAR',
  'BETWEEN',
  'IN',
  'OVERLAPS',
  'JOIN',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'OPERATOR',
]);
