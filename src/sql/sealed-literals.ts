import { nodeShapes } from './node-shapes.ts';
import { notAnalysable } from './refused.ts';

/** What analysis may know of a literal without depending on its value. NULL and booleans are keywords, not literals. */
export type ConstantKind = 'number' | 'string' | 'bits' | 'true' | 'false' | 'null';

/**
 * Takes the values of all literals out of a syntax tree, so that whoever wants one must ask here, and is seen asking: facts of
 * a text whose literals were never read hold for every text that differs in literals only.
 */
export class SealedLiterals {
  readonly #values = new WeakMap<object, string>();
  #read = false;

  /** A value was read: the facts hold for this text only. */
  get read(): boolean {
    return this.#read;
  }

  /** Value of a sealed constant as text, or null for what is not a literal. Marks the analysis. */
  valueOf(constant: object): string | null {
    this.#read = true;
    return this.#values.get(constant) ?? null;
  }

  /** Seals `tree` in place, once or again; with `strict`, refuses nodes and fields that analysis does not know. */
  seal(tree: object, strict: boolean): void {
    for (const [kind, body] of Object.entries(tree)) this.#node(kind, body as Fields, strict);
  }

  #node(kind: string, body: Fields, strict: boolean): void {
    if (kind === 'A_Const') {
      this.#constant(body);
      return;
    }
    const shape = nodeShapes.get(kind);
    if (strict && shape === undefined) throw unknownNode(kind, null);
    for (const field in body) {
      const bare = shape?.get(field);
      if (strict && bare === undefined) throw unknownNode(kind, field);
      this.#value(body[field], bare ?? '', strict);
    }
    if (kind === 'DefElem') this.#option(body);
  }

  #value(value: unknown, bare: string, strict: boolean): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) for (const item of value) this.#value(item, bare, strict);
    else if (bare !== '') this.#node(bare, value as Fields, strict);
    else if (strict) this.seal(value, strict);
    else this.#loose(value as Fields);
  }

  /** Without shapes, wrapped nodes and bare ones look alike: every level is searched for constants. */
  #loose(value: Fields): void {
    for (const key in value) {
      const inner = value[key];
      if (typeof inner !== 'object' || inner === null) continue;
      if (Array.isArray(inner)) for (const item of inner) this.#value(item, '', false);
      else this.#node(key, inner as Fields, false);
    }
  }

  #constant(body: Fields): void {
    if (typeof body.kind === 'string') return;
    const { kind, value } = readConstant(body);
    for (const field of Object.keys(body)) if (field !== 'location') delete body[field];
    body.kind = kind;
    if (value !== null) this.#values.set(body, value);
  }

  /** `(FORMAT 'json')` and `(FORMAT json)` are the same to the parser: the argument counts as a literal. */
  #option(body: Fields): void {
    const [kind] = Object.keys((body.arg as Fields | undefined) ?? {});
    if (kind !== 'String' && kind !== 'Integer' && kind !== 'Float' && kind !== 'Boolean') return;
    const inner = (body.arg as Readonly<Record<string, Fields>>)[kind] ?? {};
    this.#values.set(body, String(inner.sval ?? inner.fval ?? inner.boolval ?? inner.ival ?? 0));
    delete body.arg;
  }
}

type Fields = Record<string, unknown>;

/** The parser leaves out what is zero: `0` comes as an empty `ival`. */
function readConstant(body: Fields): { readonly kind: ConstantKind; readonly value: string | null } {
  if (body.isnull === true) return { kind: 'null', value: null };
  if (body.boolval !== undefined)
    return { kind: (body.boolval as Fields).boolval === true ? 'true' : 'false', value: null };
  if (body.ival !== undefined) return { kind: 'number', value: String((body.ival as Fields).ival ?? 0) };
  if (body.fval !== undefined) return { kind: 'number', value: String((body.fval as Fields).fval ?? '') };
  if (body.sval !== undefined) return { kind: 'string', value: String((body.sval as Fields).sval ?? '') };
  if (body.bsval !== undefined) return { kind: 'bits', value: String((body.bsval as Fields).bsval ?? '') };
  throw unknownNode('A_Const', null);
}

function unknownNode(kind: string, field: string | null) {
  const what = field === null ? kind : `${kind}.${field}`;
  return notAnalysable(
    `statements with ${what} are not analysed yet`,
    'write the statement without this construct, or ask for it to be supported',
  );
}
