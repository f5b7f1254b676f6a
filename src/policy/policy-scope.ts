import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** Actions that the head of a policy names; null: it names none and covers all. */
export function actionsNamed(policy: PolicyJson): ReadonlySet<string> | null {
  return policy.action.op === 'All' ? null : new Set(entities(policy.action).map((entity) => entity.id));
}

/**
 * True where a policy may answer differently for a column than for its table. Where no policy does, columns need not be
 * asked about: a table that is permitted has all of its columns permitted, also where only the table is in reach of the
 * permit. Errs towards true.
 */
export function tellsColumnsApart(policy: PolicyJson): boolean {
  const named = actionsNamed(policy);
  if (named !== null && !columnActions.some((action) => named.has(action))) return false;
  const head = headKind(policy);
  if (head === 'neither' || head === 'tables') return false;
  if (head === 'columns' || entities(policy.resource).some((entity) => entity.type === 'Column')) return true;
  return policy.conditions.some((condition) => mentionsResource(condition.body));
}

/** Every entity that is named anywhere in a head or a condition. */
export function entities(node: unknown): readonly { readonly type: string; readonly id: string }[] {
  if (Array.isArray(node)) return node.flatMap(entities);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && 'id' in node && typeof node.type === 'string' && typeof node.id === 'string') {
    return [{ type: node.type, id: node.id }];
  }
  return Object.values(node).flatMap(entities);
}

const columnActions = ['select', 'insert', 'update'] as const;

/** What the resource in the head of a policy can be. `in` and no condition at all reach a column whenever they reach its table. */
function headKind(policy: PolicyJson): 'any' | 'tables' | 'columns' | 'neither' {
  const { resource } = policy;
  const type =
    resource.op === 'is' ? resource.entity_type : resource.op === '==' ? (entities(resource)[0]?.type ?? null) : null;
  if (type === null) return resource.op === '==' || resource.op === 'is' ? 'columns' : 'any';
  return type === 'Table' ? 'tables' : type === 'Column' ? 'columns' : 'neither';
}

/** True where a condition uses `resource` otherwise than in `resource in <entities>`, or names a column there. */
function mentionsResource(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(mentionsResource);
  if (typeof node !== 'object' || node === null) return false;
  if ('Var' in node) return node.Var === 'resource';
  if ('in' in node && isResourceIn(node.in)) return entities(node.in).some((entity) => entity.type === 'Column');
  return Object.values(node).some(mentionsResource);
}

/** `resource in X` where X is a literal entity, or a set of them. */
function isResourceIn(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || !('left' in node) || !('right' in node)) return false;
  const { left, right } = node;
  const resource = typeof left === 'object' && left !== null && 'Var' in left && left.Var === 'resource';
  return resource && isLiteral(right);
}

function isLiteral(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('Set' in node) return Array.isArray(node.Set) && node.Set.every(isLiteral);
  return 'Value' in node;
}
