/** What a token is. Numbers, since the lexer is on the path of every statement. */
export const Token = {
  end: 0,
  word: 1,
  quotedName: 2,
  /** `U&"..."`: its meaning depends on a literal that follows (`UESCAPE`). */
  unicodeName: 3,
  string: 4,
  /** `N'...'`: the grammar makes a cast of it. */
  nationalString: 5,
  bits: 6,
  hexBits: 7,
  number: 8,
  parameter: 9,
  operator: 10,
  /** One of `( ) [ ] , ; . :`, or `::`, `..`, `:=`. */
  punctuation: 11,
  /** Not a token of PostgreSQL, or one that never ends. Nothing after it is read. */
  broken: 12,
} as const;

export type TokenKind = (typeof Token)[keyof typeof Token];

/**
 * Splits SQL bytes exactly as PostgreSQL's scanner does with `standard_conforming_strings = on`; comments and whitespace are
 * skipped. After `next()` the fields describe the token `bytes[start, end)`.
 */
export class Lexer {
  kind: TokenKind = Token.end;
  start = 0;
  end: number;
  /** Whitespace or a comment stands before the token. */
  spaced = false;
  readonly #bytes: Buffer;
  readonly #limit: number;

  constructor(bytes: Buffer, start = 0, limit = bytes.length) {
    this.#bytes = bytes;
    this.#limit = limit;
    this.end = start;
  }

  next(): TokenKind {
    if (this.kind === Token.broken) return this.kind;
    const at = skipBlank(this.#bytes, this.end, this.#limit);
    if (at < 0) return this.#token(Token.broken, this.end, this.#limit);
    this.spaced = at > this.end;
    if (at >= this.#limit) return this.#token(Token.end, at, at);
    switch (classes[this.#bytes[at] ?? 0]) {
      case WORD:
        return this.#word(at);
      case DIGIT:
        return this.#finish(Token.number, at, endOfNumber(this.#bytes, at, this.#limit));
      case QUOTE:
        return this.#finish(Token.string, at, endOfString(this.#bytes, at + 1, this.#limit, false));
      case DOUBLE_QUOTE:
        return this.#finish(Token.quotedName, at, endOfName(this.#bytes, at + 1, this.#limit));
      case DOLLAR:
        return this.#dollar(at);
      case OPERATOR:
        return this.#token(Token.operator, at, endOfOperator(this.#bytes, at, this.#limit));
      case PUNCTUATION:
        return this.#punctuation(at);
      default:
        return this.#token(Token.broken, at, this.#limit);
    }
  }

  #word(at: number): TokenKind {
    const bytes = this.#bytes;
    const quote = bytes[at + 1];
    if (quote === 0x27 && at + 1 < this.#limit) {
      const kind = prefixKind((bytes[at] ?? 0) | 0x20);
      if (kind !== null) {
        if (kind === Token.bits || kind === Token.hexBits)
          return this.#finish(kind, at, endOfBits(bytes, at + 2, this.#limit));
        const escapes = ((bytes[at] ?? 0) | 0x20) === 0x65;
        return this.#finish(kind, at, endOfString(bytes, at + 2, this.#limit, escapes));
      }
    }
    // U&'...' and U&"..."
    if (quote === 0x26 && ((bytes[at] ?? 0) | 0x20) === 0x75 && at + 2 < this.#limit) {
      if (bytes[at + 2] === 0x27) return this.#finish(Token.string, at, endOfString(bytes, at + 3, this.#limit, false));
      if (bytes[at + 2] === 0x22) return this.#finish(Token.unicodeName, at, endOfName(bytes, at + 3, this.#limit));
    }
    return this.#token(Token.word, at, endOfWord(bytes, at + 1, this.#limit));
  }

  #dollar(at: number): TokenKind {
    const bytes = this.#bytes;
    let end = at + 1;
    while (end < this.#limit && classes[bytes[end] ?? 0] === DIGIT) end += 1;
    if (end > at + 1) {
      const junk = end < this.#limit && classes[bytes[end] ?? 0] === WORD;
      return this.#finish(Token.parameter, at, junk ? -1 : end);
    }
    return this.#finish(Token.string, at, endOfDollarQuote(bytes, at, this.#limit));
  }

  #punctuation(at: number): TokenKind {
    const first = this.#bytes[at];
    const second = at + 1 < this.#limit ? this.#bytes[at + 1] : 0;
    if (first === 0x2e && second !== undefined && classes[second] === DIGIT)
      return this.#finish(Token.number, at, endOfNumber(this.#bytes, at, this.#limit));
    const pair = (first === 0x3a && (second === 0x3a || second === 0x3d)) || (first === 0x2e && second === 0x2e);
    return this.#token(Token.punctuation, at, pair ? at + 2 : at + 1);
  }

  #finish(kind: TokenKind, start: number, end: number): TokenKind {
    return end < 0 ? this.#token(Token.broken, start, this.#limit) : this.#token(kind, start, end);
  }

  #token(kind: TokenKind, start: number, end: number): TokenKind {
    this.kind = kind;
    this.start = start;
    this.end = end;
    return kind;
  }
}

const OTHER = 0;
const BLANK = 1;
const WORD = 2;
const DIGIT = 3;
const QUOTE = 4;
const DOUBLE_QUOTE = 5;
const DOLLAR = 6;
const OPERATOR = 7;
const PUNCTUATION = 8;

const classes = new Uint8Array(256).fill(OTHER);
for (const byte of Buffer.from(' \t\n\r\f\v')) classes[byte] = BLANK;
for (const byte of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')) classes[byte] = WORD;
classes.fill(WORD, 0x80);
for (const byte of Buffer.from('0123456789')) classes[byte] = DIGIT;
for (const byte of Buffer.from('~!@#^&|`?+-*/%<>=')) classes[byte] = OPERATOR;
for (const byte of Buffer.from('()[],;.:')) classes[byte] = PUNCTUATION;
classes[0x27] = QUOTE;
classes[0x22] = DOUBLE_QUOTE;
classes[0x24] = DOLLAR;

/** First byte that is neither blank nor in a comment, or -1 where a block comment never ends. */
function skipBlank(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const byte = bytes[at];
    if (classes[byte ?? 0] === BLANK) at += 1;
    else if (byte === 0x2d && bytes[at + 1] === 0x2d && at + 1 < limit) at = endOfLine(bytes, at, limit);
    else if (byte === 0x2f && bytes[at + 1] === 0x2a && at + 1 < limit) {
      at = endOfComment(bytes, at + 2, limit);
      if (at < 0) return -1;
    } else return at;
  }
  return at;
}

function endOfLine(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at += 1;
  return at;
}

function endOfComment(bytes: Buffer, from: number, limit: number): number {
  let depth = 1;
  for (let at = from; at + 1 < limit; at += 1) {
    if (bytes[at] === 0x2a && bytes[at + 1] === 0x2f) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    } else if (bytes[at] === 0x2f && bytes[at + 1] === 0x2a) {
      depth += 1;
      at += 1;
    }
  }
  return -1;
}

function prefixKind(letter: number): TokenKind | null {
  if (letter === 0x65) return Token.string;
  if (letter === 0x6e) return Token.nationalString;
  if (letter === 0x62) return Token.bits;
  return letter === 0x78 ? Token.hexBits : null;
}

/** `from` is behind the opening quote. A string goes on after a line break: the parts are one literal of the first part's kind. */
function endOfString(bytes: Buffer, from: number, limit: number, escapes: boolean): number {
  let at = from;
  while (at < limit) {
    const byte = bytes[at];
    if (escapes && byte === 0x5c) at += 2;
    else if (byte !== 0x27) at += 1;
    else if (bytes[at + 1] === 0x27 && at + 1 < limit) at += 2;
    else {
      const next = continuation(bytes, at + 1, limit);
      if (next < 0) return at + 1;
      at = next;
    }
  }
  return -1;
}

/** In a bit string two quotes are an end and a beginning. */
function endOfBits(bytes: Buffer, from: number, limit: number): number {
  for (let at = from; ; ) {
    const quote = bytes.indexOf(0x27, at);
    if (quote < 0 || quote >= limit) return -1;
    const next = continuation(bytes, quote + 1, limit);
    if (next < 0) return quote + 1;
    at = next;
  }
}

/** Behind the quote that continues a string, or -1. PostgreSQL's `whitespace_with_newline`: line comments count, block comments do not. */
function continuation(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  let lines = 0;
  while (at < limit) {
    const byte = bytes[at];
    if (byte === 0x0a || byte === 0x0d) {
      lines += 1;
      at += 1;
    } else if (classes[byte ?? 0] === BLANK) at += 1;
    else if (byte === 0x2d && bytes[at + 1] === 0x2d && at + 1 < limit) {
      at = endOfLine(bytes, at, limit);
      if (at >= limit) return -1;
    } else return byte === 0x27 && lines > 0 ? at + 1 : -1;
  }
  return -1;
}

function endOfName(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    if (bytes[at] !== 0x22) at += 1;
    else if (bytes[at + 1] === 0x22 && at + 1 < limit) at += 2;
    else return at + 1;
  }
  return -1;
}

function endOfWord(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && isWordByte(bytes[at] ?? 0)) at += 1;
  return at;
}

function isWordByte(byte: number): boolean {
  const kind = classes[byte];
  return kind === WORD || kind === DIGIT || kind === DOLLAR;
}

function endOfDollarQuote(bytes: Buffer, start: number, limit: number): number {
  let at = start + 1;
  while (at < limit && (classes[bytes[at] ?? 0] === WORD || classes[bytes[at] ?? 0] === DIGIT)) at += 1;
  if (at >= limit || bytes[at] !== 0x24) return -1;
  const close = bytes.indexOf(bytes.subarray(start, at + 1), at + 1);
  return close < 0 || close + at + 1 - start > limit ? -1 : close + at + 1 - start;
}

function endOfOperator(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && classes[bytes[at] ?? 0] === OPERATOR) {
    const next = at + 1 < limit ? bytes[at + 1] : 0;
    if (at > from && ((bytes[at] === 0x2d && next === 0x2d) || (bytes[at] === 0x2f && next === 0x2a))) break;
    at += 1;
  }
  return at;
}

/** Numbers as PostgreSQL 16 and later read them (`0x1F`, `1_000`); -1 where a name runs into one. */
function endOfNumber(bytes: Buffer, from: number, limit: number): number {
  const second = from + 1 < limit ? (bytes[from + 1] ?? 0) | 0x20 : 0;
  let at = from;
  if (bytes[from] === 0x30 && (second === 0x78 || second === 0x6f || second === 0x62)) {
    at = endOfWord(bytes, from + 1, limit);
    return digitsOfBase[second]?.test(bytes.toString('latin1', from + 2, at)) === true ? at : -1;
  }
  at = endOfDigits(bytes, at, limit);
  if (bytes[at] === 0x2e && at < limit && !(bytes[at + 1] === 0x2e && at + 1 < limit))
    at = endOfDigits(bytes, at + 1, limit);
  if (at < limit && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 1 : 0;
    const end = endOfDigits(bytes, at + 1 + sign, limit);
    if (end === at + 1 + sign) return -1;
    at = end;
  }
  return at < limit && classes[bytes[at] ?? 0] === WORD ? -1 : at;
}

/** By the letter `x`, `o` or `b`. */
const digitsOfBase: Readonly<Record<number, RegExp>> = {
  120: /^(_?[0-9A-Fa-f])+$/,
  111: /^(_?[0-7])+$/,
  98: /^(_?[01])+$/,
};

function endOfDigits(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const byte = bytes[at] ?? 0;
    const separator = byte === 0x5f && at > from && at + 1 < limit && classes[bytes[at + 1] ?? 0] === DIGIT;
    if (classes[byte] !== DIGIT && !separator) return at;
    at += 1;
  }
  return at;
}
