/** What a ledger entry may hold: JSON without fractions, since readers disagree about how to print them. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue };

/**
 * RFC 8785 (JSON Canonicalization Scheme) for our value domain: one text for one value, whoever writes it. Throws on what
 * has no such text: undefined, fractions, integers beyond 2^53, lone surrogates, objects that are more than data.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return canonicalInteger(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Readonly<Record<string, unknown>>);
    default:
      throw new CanonicalFault(`a value of type ${typeof value} has no canonical form`);
  }
}

/** A value that the ledger cannot hold. The message names kinds, never the value. */
export class CanonicalFault extends Error {
  override readonly name = 'CanonicalFault';
}

function canonicalString(text: string): string {
  // Most strings are ids and names: short, printable, nothing to escape.
  if (text.length <= shortString && plainText.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new CanonicalFault('a string with a lone surrogate has no canonical form');
  return JSON.stringify(text);
}

const shortString = 80;
const plainText = /^[ !#-[\]-~]*$/;

function canonicalInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new CanonicalFault('a number that is no safe integer has no canonical form');
  return `${value}`;
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < values.length; at++) text += (at === 0 ? '' : ',') + canonicalJson(values[at]);
  return `${text}]`;
}

function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  if (value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    throw new CanonicalFault('an object that is more than data has no canonical form');
  }
  const members = membersOf(Object.keys(value));
  let text = '{';
  for (const member of members) text += member.lead + canonicalJson(value[member.key]);
  return `${text}}`;
}

interface Member {
  readonly key: string;
  /** The comma, the quoted key and the colon. */
  readonly lead: string;
}

// Entries come in few shapes, and sorting the keys of each anew would cost more than the rest. The separator cannot be
// confused with a key: only shapes without it are kept, and the number of keys must agree.
const shapes = new Map<string, readonly Member[]>();
const shapeLimit = 256;
const separator = '\n';

function membersOf(keys: readonly string[]): readonly Member[] {
  const shape = keys.join(separator);
  const known = shapes.get(shape);
  if (known !== undefined && known.length === keys.length) return known;
  // The default order of sort is by UTF-16 code units, which is what RFC 8785 3.2.3 asks for.
  const members = [...keys].sort().map((key, at) => ({ key, lead: `${at === 0 ? '' : ','}${canonicalString(key)}:` }));
  if (shapes.size < shapeLimit && !keys.some((key) => key.includes(separator))) shapes.set(shape, members);
  return members;
}
