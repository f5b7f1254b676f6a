/** True if an SPDX expression lets Sluice use the package under licences of the list: any side of OR, every side of AND. */
export function allowsLicence(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const cursor = { tokens, at: 0 };
  const allowed = either(cursor);
  return allowed && cursor.at === tokens.length;
}

const permissive = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'MIT-0',
  'BlueOak-1.0.0',
  'PostgreSQL',
  'Unicode-3.0',
  'Unicode-DFS-2015',
  'Unicode-DFS-2016',
]);

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

function either(cursor: Cursor): boolean {
  let allowed = all(cursor);
  while (accept(cursor, 'OR')) allowed = all(cursor) || allowed;
  return allowed;
}

function all(cursor: Cursor): boolean {
  let allowed = single(cursor);
  while (accept(cursor, 'AND')) allowed = single(cursor) && allowed;
  return allowed;
}

function single(cursor: Cursor): boolean {
  if (accept(cursor, '(')) {
    const allowed = either(cursor);
    return accept(cursor, ')') && allowed;
  }
  const name = cursor.tokens[cursor.at] ?? '';
  cursor.at += 1;
  return permissive.has(name);
}

function accept(cursor: Cursor, token: string): boolean {
  if (cursor.tokens[cursor.at] !== token) return false;
  cursor.at += 1;
  return true;
}
