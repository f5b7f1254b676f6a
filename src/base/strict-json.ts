import { isUtf8 } from 'node:buffer';

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Is led through a JSON text, top down. `S` is what the visitor knows of the place it is at. */
export interface JsonVisitor<S> {
  member(container: S, name: string): S;
  element(container: S): S;
  /** The value at a place ended; it is `bytes[start, end)`. Objects and arrays come after what they hold. */
  value(at: S, kind: JsonKind, start: number, end: number): void;
}

/**
 * Walks a JSON text that all parsers read alike (RFC 8259, and RFC 7493 where that says more): UTF-8 without a byte order mark, no
 * name twice in one object whatever its escapes, no half surrogate in a name, nothing behind the value, and a bounded depth. False:
 * it is not such a text, and what the visitor was told of it is void.
 */
export function walkJson<S>(bytes: Buffer, top: S, visitor: JsonVisitor<S>): boolean {
  if (!isUtf8(bytes)) return false;
  const walk = new Walk(bytes, visitor);
  try {
    walk.text(top);
    return true;
  } catch (error) {
    if (error instanceof NotJson) return false;
    throw error;
  }
}

/** True for a text that {@link walkJson} can walk. */
export function isStrictJson(bytes: Buffer): boolean {
  return walkJson(bytes, null, { member: () => null, element: () => null, value: () => undefined });
}

/** Deeper texts serve nobody but those who look for a parser's end. */
export const mostJsonDepth = 100;

class NotJson extends Error {}

class Walk<S> {
  readonly #bytes: Buffer;
  readonly #visitor: JsonVisitor<S>;
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer, visitor: JsonVisitor<S>) {
    this.#bytes = bytes;
    this.#visitor = visitor;
  }

  text(top: S): void {
    this.#blanks();
    this.#value(top);
    this.#blanks();
    if (this.#at < this.#bytes.length) throw new NotJson();
  }

  #value(at: S): void {
    const start = this.#at;
    const kind = this.#read(at);
    this.#visitor.value(at, kind, start, this.#at);
  }

  #read(at: S): JsonKind {
    switch (this.#bytes[this.#at]) {
      case openBrace:
        this.#nested(() => this.#members(at));
        return 'object';
      case openBracket:
        this.#nested(() => this.#elements(at));
        return 'array';
      case quote:
        this.#string();
        return 'string';
      case 0x74:
        return this.#word('true', 'boolean');
      case 0x66:
        return this.#word('false', 'boolean');
      case 0x6e:
        return this.#word('null', 'null');
      default:
        this.#number();
        return 'number';
    }
  }

  #nested(read: () => void): void {
    this.#depth += 1;
    if (this.#depth > mostJsonDepth) throw new NotJson();
    this.#at += 1;
    this.#blanks();
    read();
    this.#depth -= 1;
  }

  #members(at: S): void {
    if (this.#skips(closeBrace)) return;
    const names = new Names();
    do {
      this.#blanks();
      const name = this.#name();
      if (!names.add(name)) throw new NotJson();
      this.#blanks();
      if (!this.#skips(0x3a)) throw new NotJson();
      this.#blanks();
      this.#value(this.#visitor.member(at, name));
      this.#blanks();
    } while (this.#skips(comma));
    if (!this.#skips(closeBrace)) throw new NotJson();
  }

  #elements(at: S): void {
    if (this.#skips(closeBracket)) return;
    do {
      this.#blanks();
      this.#value(this.#visitor.element(at));
      this.#blanks();
    } while (this.#skips(comma));
    if (!this.#skips(closeBracket)) throw new NotJson();
  }

  #name(): string {
    const start = this.#at;
    if (this.#bytes[start] !== quote) throw new NotJson();
    const escaped = this.#string();
    const name = escaped
      ? stringOf(this.#bytes, start, this.#at)
      : this.#bytes.toString('utf8', start + 1, this.#at - 1);
    if (!name.isWellFormed()) throw new NotJson();
    return name;
  }

  /** Answers whether it has escapes. */
  #string(): boolean {
    const bytes = this.#bytes;
    let escaped = false;
    let at = this.#at + 1;
    for (; ; at += 1) {
      const byte = bytes[at];
      if (byte === quote) break;
      if (byte === undefined || byte < 0x20) throw new NotJson();
      if (byte !== 0x5c) continue;
      escaped = true;
      at += 1;
      const letter = bytes[at];
      if (letter === 0x75) {
        if (!/^[0-9a-fA-F]{4}$/.test(bytes.toString('latin1', at + 1, at + 5))) throw new NotJson();
        at += 4;
      } else if (letter === undefined || !escapes.has(letter)) throw new NotJson();
    }
    this.#at = at + 1;
    return escaped;
  }

  #number(): void {
    this.#skips(0x2d);
    if (!this.#skips(0x30)) this.#digits();
    if (this.#skips(0x2e)) this.#digits();
    if (this.#skips(0x65) || this.#skips(0x45)) {
      if (!this.#skips(0x2b)) this.#skips(0x2d);
      this.#digits();
    }
  }

  #digits(): void {
    const start = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at += 1;
    if (this.#at === start) throw new NotJson();
  }

  #word(word: string, kind: JsonKind): JsonKind {
    const end = this.#at + word.length;
    if (this.#bytes.toString('latin1', this.#at, end) !== word) throw new NotJson();
    this.#at = end;
    return kind;
  }

  #skips(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #blanks(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }
}

/** The names of one object. Most have few, for which a set costs more than it saves. */
class Names {
  readonly #few: string[] = [];
  #many: Set<string> | null = null;

  /** False: it is there already. */
  add(name: string): boolean {
    if (this.#many !== null) {
      if (this.#many.has(name)) return false;
      this.#many.add(name);
      return true;
    }
    if (this.#few.includes(name)) return false;
    this.#few.push(name);
    if (this.#few.length > 16) this.#many = new Set(this.#few);
    return true;
  }
}

/** What the string `bytes[start, end)`, quotes included, says. Only for what {@link walkJson} has told of. */
export function stringOf(bytes: Buffer, start: number, end: number): string {
  return JSON.parse(bytes.toString('utf8', start, end)) as string;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const escapes: ReadonlySet<number> = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)));
