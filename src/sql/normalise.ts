import { Lexer, Token, type TokenKind } from './lexer.ts';

/**
 * The text with literals reduced to their kind, comments gone and whitespace collapsed: two texts with the same key differ in
 * literals only. Names are kept to the byte. Null where the text has no such form: an unreadable token, or `U&"..."`.
 */
export function cacheKey(bytes: Buffer): string | null {
  if (scratch.length < bytes.length) scratch = Buffer.allocUnsafe(bytes.length * 2);
  const out = scratch;
  const lexer = new Lexer(bytes);
  let length = 0;
  for (let kind = lexer.next(); kind !== Token.end; kind = lexer.next()) {
    if (kind === Token.broken || kind === Token.unicodeName) return null;
    if (lexer.spaced && length > 0) out[length++] = 0x20;
    const marker = markers[kind] ?? 0;
    if (marker !== 0) out[length++] = marker;
    else for (let at = lexer.start; at < lexer.end; at += 1) out[length++] = bytes[at] ?? 0;
  }
  return out.toString('latin1', 0, length);
}

/**
 * What the ledger holds of the statement `bytes[start, end)`: every literal is `?`, and so is a name that could carry data.
 * Null where the bytes are not tokens of PostgreSQL.
 */
export function ledgerText(bytes: Buffer, start: number, end: number): string | null {
  const lexer = new Lexer(bytes, start, end);
  let text = '';
  for (let kind = lexer.next(); kind !== Token.end; kind = lexer.next()) {
    if (kind === Token.broken) return null;
    if (lexer.spaced && text !== '') text += ' ';
    text += shown(kind, bytes.toString('utf8', lexer.start, lexer.end));
  }
  return text;
}

function shown(kind: TokenKind, token: string): string {
  if (kind === Token.quotedName) return plainQuoted.test(token) ? token : '"?"';
  if (kind === Token.unicodeName) return '"?"';
  if (kind === Token.word) return token.length <= 63 ? token : '?';
  return markers[kind] === 0 ? token : '?';
}

const plainQuoted = /^"[A-Za-z_][A-Za-z0-9_ ]{0,62}"$/;

/** A control character per kind of literal: no token of PostgreSQL holds one outside of quotes. */
const markers: readonly number[] = markersByKind();

function markersByKind(): number[] {
  const table = Array.from({ length: 13 }, () => 0);
  table[Token.number] = 1;
  table[Token.string] = 2;
  table[Token.nationalString] = 3;
  table[Token.bits] = 4;
  table[Token.hexBits] = 5;
  return table;
}

let scratch = Buffer.allocUnsafe(4096);
