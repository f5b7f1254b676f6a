/** The attributes of the context that a set of policies speaks of: `session.rows`, `origin`, or everything. */
export interface Mentions {
  /** True where a policy's answer could depend on the attribute at `path`, on one inside it, or on what it is part of. */
  has(path: string): boolean;
}

/**
 * Collects them from the JSON form of conditions. Errs towards more: a decision is cached on what is mentioned, so a mention
 * that is overlooked would be a stale decision. Where `context` stands alone, everything is mentioned.
 */
export function contextMentions(conditions: readonly unknown[]): Mentions {
  const paths = new Set<string>();
  for (const condition of conditions) collect(condition, paths);
  const all = [...paths];
  return {
    has: (path) => all.some((mentioned) => mentioned === '' || within(mentioned, path) || within(path, mentioned)),
  };
}

function collect(node: unknown, paths: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, paths);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const path = contextPath(node);
  if (path !== null) paths.add(path.join('.'));
  else for (const value of Object.values(node)) collect(value, paths);
}

/** `['session', 'rows']` for `context.session.rows` and for `context.session has rows`; null for anything else. */
export function contextPath(node: object): readonly string[] | null {
  if ('Var' in node) return node.Var === 'context' ? [] : null;
  const access = '.' in node ? node['.'] : 'has' in node ? node.has : null;
  if (typeof access !== 'object' || access === null || !('left' in access) || !('attr' in access)) return null;
  if (typeof access.left !== 'object' || access.left === null) return null;
  const left = contextPath(access.left);
  if (left === null) return null;
  return [...left, ...(Array.isArray(access.attr) ? access.attr.map(String) : [String(access.attr)])];
}

/** True when `path` is `outer` or inside of it. */
function within(outer: string, path: string): boolean {
  return path === outer || path.startsWith(`${outer}.`);
}
