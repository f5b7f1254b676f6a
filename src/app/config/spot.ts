import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type { ConfigurationFault } from './configuration-fault.ts';
import { nearest } from './nearest.ts';

/** What all spots of one file share. */
export interface SpotContext {
  readonly lines: LineCounter;
  /** Relative paths start here. */
  readonly folder: string;
  readonly faults: ConfigurationFault[];
}

/** Nobody reads more, and a hostile file must not make us write them. */
export const mostFaults = 200;

/**
 * A place in the file and what stands there. Every reader answers `undefined` after it has noted a fault, and reading goes on
 * elsewhere, so that all faults are found at once.
 */
export class Spot {
  readonly path: string;
  readonly #context: SpotContext;
  readonly #node: unknown;
  /** Where its key stands: faults of a value that is not there are shown there. */
  readonly #keyOffset: number;

  constructor(context: SpotContext, node: unknown, path: string, keyOffset: number) {
    this.#context = context;
    this.#node = node;
    this.path = path;
    this.#keyOffset = keyOffset;
  }

  fault(message: string): undefined {
    this.#faultAt(this.#isEmpty() ? this.#keyOffset : (startOf(this.#node) ?? this.#keyOffset), message);
  }

  /** For what is wrong with the key itself, or cannot be said of the value. */
  faultAtKey(message: string): undefined {
    this.#faultAt(this.#keyOffset, message);
  }

  isMap(): boolean {
    return isMap(this.#node);
  }

  isList(): boolean {
    return isSeq(this.#node);
  }

  /** The mapping here, with these keys and no others. */
  fields(known: readonly string[]): Fields | undefined {
    const children = this.children();
    if (children === undefined) return undefined;
    for (const [key, child] of children) {
      if (!known.includes(key)) child.#unknown(key, known);
    }
    return new Fields(this, children);
  }

  /** The mapping here, with keys of the writer's choice. */
  children(): ReadonlyMap<string, Spot> | undefined {
    if (!isMap(this.#node)) return this.fault(`this must be a mapping of keys to values${this.#emptiness()}.`);
    const children = new Map<string, Spot>();
    for (const { key, value } of this.#node.items) {
      const name = keyText(key);
      const at = startOf(key) ?? this.#keyOffset;
      if (name === null) this.#faultAt(at, 'a key must be plain text.');
      else children.set(name, new Spot(this.#context, value, this.path === '' ? name : `${this.path}.${name}`, at));
    }
    return children;
  }

  items(): readonly Spot[] | undefined {
    if (!isSeq(this.#node)) return this.fault(`this must be a list${this.#emptiness()}.`);
    return this.#node.items.map(
      (item, index) => new Spot(this.#context, item, `${this.path}[${index}]`, startOf(item) ?? this.#keyOffset),
    );
  }

  /** Reads every item; one fault among them does not hide the next. */
  list<T>(read: (item: Spot) => T | undefined): readonly T[] | undefined {
    const items = this.items()?.map(read);
    return items?.every((item) => item !== undefined) ? items : undefined;
  }

  text(): string | undefined {
    const value = this.#scalar();
    if (typeof value === 'string' && /^<.*>$/.test(value)) return this.fault('a placeholder is left here: replace it.');
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean')
      return this.fault('this must be text: put it in quotes.');
    return this.fault(`this must be text${this.#emptiness()}.`);
  }

  /** Text of a shape; `expected` says which, with an example. */
  matching(shape: RegExp, expected: string): string | undefined {
    const text = this.text();
    return text === undefined || shape.test(text) ? text : this.fault(`this must be ${expected}.`);
  }

  oneOf<const T extends string>(values: readonly T[]): T | undefined {
    const word = String(this.#scalar() ?? '');
    return (
      values.find((known) => known === word) ?? this.fault(`this must be ${either(values)}${suggestion(word, values)}`)
    );
  }

  integer(least: number, most: number): number | undefined {
    const value = this.#scalar();
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fault(`this must be a whole number from ${least} to ${most}.`);
  }

  /** An absolute path; what is relative starts at the folder of the file. */
  filePath(): string | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    return isAbsolute(text) ? text : resolve(this.#context.folder, text);
  }

  /** A path to something that is there. */
  existing(kind: 'file' | 'folder'): string | undefined {
    const path = this.filePath();
    if (path === undefined) return undefined;
    const state = statSync(path, { throwIfNoEntry: false });
    const fits = kind === 'file' ? state?.isFile() : state?.isDirectory();
    return fits === true ? path : this.fault(`there is no ${kind} at ${path}; paths start at the folder of this file.`);
  }

  /** The scalar as written: what `null` means is the reader's business. */
  written(): string | undefined {
    return isScalar(this.#node) ? (this.#node.source ?? String(this.#node.value ?? '')) : undefined;
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  #isEmpty(): boolean {
    return this.#node === null || this.#node === undefined || (this.#scalar() === null && this.written() === '');
  }

  #emptiness(): string {
    return this.#isEmpty() ? ', and nothing stands here: give it a value or remove the key' : '';
  }

  #unknown(key: string, known: readonly string[]): void {
    if (this.#context.faults.length >= mostFaults) return;
    const guess = nearest(key, known);
    const way = guess === null ? `; the keys here are ${known.join(', ')}.` : `; did you mean \`${guess}\`?`;
    this.#faultAt(this.#keyOffset, `Sluice knows no such key here${way}`);
  }

  #faultAt(offset: number, message: string): void {
    if (this.#context.faults.length >= mostFaults) return;
    const { line, col } = this.#context.lines.linePos(offset);
    this.#context.faults.push({ line: Math.max(line, 1), column: Math.max(col, 1), path: this.path, message });
  }
}

/** A mapping whose keys were checked. */
export class Fields {
  readonly #map: Spot;
  readonly #children: ReadonlyMap<string, Spot>;

  constructor(map: Spot, children: ReadonlyMap<string, Spot>) {
    this.#map = map;
    this.#children = children;
  }

  has(key: string): boolean {
    return this.#children.has(key);
  }

  required<T>(key: string, read: (spot: Spot) => T | undefined): T | undefined {
    const child = this.#children.get(key);
    return child === undefined ? this.#map.fault(`\`${key}\` is missing, and it is required: add it.`) : read(child);
  }

  optional<T, F>(key: string, fallback: F, read: (spot: Spot) => T | undefined): T | F | undefined {
    const child = this.#children.get(key);
    return child === undefined ? fallback : read(child);
  }
}

/** The parts as a whole, or undefined if any of them had a fault. */
export function whole<T extends object>(parts: { readonly [K in keyof T]: T[K] | undefined }): T | undefined {
  return Object.values(parts).includes(undefined) ? undefined : (parts as T);
}

/** `a, b or c`. */
export function either(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null;
  return typeof key.value === 'string' ? key.value : (key.source ?? null);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function suggestion(word: string, values: readonly string[]): string {
  const guess = nearest(word, values);
  return guess === null ? '.' : `; did you mean \`${guess}\`?`;
}
