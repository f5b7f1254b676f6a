import type { Node } from '@pgsql/types';

export type { Node } from '@pgsql/types';

type KeysOf<T> = T extends unknown ? keyof T : never;

/** Name of a node of the syntax tree: `SelectStmt`, `ColumnRef`. */
export type Kind = KeysOf<Node>;

/** What a node of that name holds. */
export type Body<K extends Kind> = Extract<Node, { readonly [P in K]: unknown }>[K];

/** The single key of a wrapped node. */
export function kindOf(node: Node): Kind {
  for (const kind in node) return kind as Kind;
  throw new Error('a node of the syntax tree without a kind');
}

export function bodyOf<K extends Kind>(node: Node, kind: K): Body<K> | null {
  return ((node as Readonly<Record<string, unknown>>)[kind] as Body<K> | undefined) ?? null;
}

/** Strings of a list of `String` nodes: a qualified name. Anything else in the list is null. */
export function strings(nodes: readonly Node[] | undefined): readonly (string | null)[] {
  return (nodes ?? []).map((node) => bodyOf(node, 'String')?.sval ?? null);
}

/** A qualified name whose parts are all known, or null. */
export function qualifiedName(nodes: readonly Node[] | undefined): readonly string[] | null {
  const parts = strings(nodes);
  return parts.every((part) => part !== null) ? parts : null;
}

/** Items of a `List` node, or the node itself. */
export function listItems(node: Node): readonly Node[] {
  const list = bodyOf(node, 'List');
  return list === null ? [node] : (list.items ?? []);
}
