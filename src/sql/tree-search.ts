import { type Kind, kindOf, type Node } from './ast.ts';
import { nodeShapes } from './node-shapes.ts';

/** Wrapped nodes directly inside the body of a node, whatever field they are in. */
export function childrenOf(kind: string, body: object): readonly Node[] {
  const found: Node[] = [];
  gather(kind, body, found);
  return found;
}

/** Calls `visit` for `node` and everything inside it; where it answers false, not inside. */
export function visitTree(node: Node, visit: (kind: Kind, body: object) => boolean): void {
  const kind = kindOf(node);
  const body = (node as Readonly<Record<string, object>>)[kind] ?? {};
  if (!visit(kind, body)) return;
  for (const child of childrenOf(kind, body)) visitTree(child, visit);
}

function gather(kind: string, body: object, found: Node[]): void {
  if (kind === 'A_Const') return;
  const shape = nodeShapes.get(kind);
  for (const [field, value] of Object.entries(body)) {
    const bare = shape?.get(field) ?? '';
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'object' || item === null) continue;
      if (bare !== '') gather(bare, item as object, found);
      // `SELECT DISTINCT` holds one empty node.
      else if (Object.keys(item as object).length > 0) found.push(item as Node);
    }
  }
}
