import type { SessionEffect } from '../core/facts.ts';
import { type Body, bodyOf, type Node, qualifiedName } from './ast.ts';
import { notSupported } from './refused.ts';
import { settingRule } from './reviewed-settings.ts';
import { shownNames } from './shown-name.ts';
import type { Walk } from './walk.ts';

/** SET, SET LOCAL, RESET. */
export function setStatement(walk: Walk, body: Body<'VariableSetStmt'>): void {
  const name = (body.name ?? '').toLowerCase();
  const local = body.is_local === true;
  switch (body.kind) {
    case 'VAR_SET_MULTI':
      setTransaction(body);
      return;
    case 'VAR_RESET_ALL':
      walk.record.effects.push({ kind: 'search-path', path: null, local: false }, { kind: 'setting', name: 'all' });
      return;
    case 'VAR_SET_VALUE':
      setValue(
        walk,
        name,
        (body.args ?? []).map((node) => constant(walk, name, node)),
        local,
      );
      return;
    case 'VAR_SET_DEFAULT':
    case 'VAR_RESET':
      known(name);
      walk.record.effects.push(
        name === 'search_path' ? { kind: 'search-path', path: null, local } : { kind: 'setting', name },
      );
      return;
    default:
      throw notSupported(`SET ${shownSetting(name)} in this form is not carried`, 'give the value');
  }
}

/** SHOW: any setting but those of Sluice. */
export function showStatement(body: Body<'VariableShowStmt'>): number {
  const name = (body.name ?? '').toLowerCase();
  if (name.startsWith('sluice.')) throw ofSluice(name);
  return name === 'all' ? 3 : 1;
}

/**
 * `select set_config('search_path', 'a, b', false)` alone in a query is a SET in other words: answers whether it was one.
 * Anywhere else `set_config` is refused.
 */
export function setConfig(walk: Walk, select: Body<'SelectStmt'>): boolean {
  const [target, ...others] = select.targetList ?? [];
  const value = target === undefined ? undefined : bodyOf(target, 'ResTarget')?.val;
  const call = value === undefined ? null : bodyOf(value, 'FuncCall');
  if (call === null || others.length > 0 || Object.keys(select).some((field) => !calm.has(field))) return false;
  const parts = qualifiedName(call.funcname) ?? [];
  const [first, second, third] = call.args ?? [];
  if (parts.at(-1) !== 'set_config' || (parts.length > 1 && parts.at(-2) !== 'pg_catalog')) return false;
  if (walk.catalogue.routinesNamed('set_config').length > 0) return false;
  if (first === undefined || second === undefined || third === undefined || call.args?.length !== 3) return false;
  const name = literal(walk, first)?.toLowerCase();
  const text = literal(walk, second);
  const local = bodyOf(third, 'A_Const') as { readonly kind?: string } | null;
  if (name === undefined || text === null || (local?.kind !== 'true' && local?.kind !== 'false')) return false;
  const values = name === 'search_path' ? splitPath(text) : [text];
  if (values === null) throw notSupported('this search_path is not understood', 'list schema names with commas');
  setValue(walk, name, values, local.kind === 'true');
  return true;
}

const calm = new Set(['targetList', 'limitOption', 'op']);

function setValue(walk: Walk, name: string, values: readonly string[], local: boolean): void {
  const rule = known(name);
  const allowed =
    rule.kind === 'values' || (rule.kind === 'values-if-protecting' && walk.catalogue.protects) ? rule.values : null;
  if (allowed?.length === 0)
    throw notSupported(
      `${name} cannot be set on a connection with protected columns: the order of rows would follow it`,
      'leave the choice of plans to the target',
    );
  if (allowed !== null && !allowed.includes(values.join(', ').toLowerCase()))
    throw notSupported(`${name} cannot be set to this value here`, `use one of: ${allowed.join('; ')}`);
  const effect: SessionEffect =
    name === 'search_path' ? { kind: 'search-path', path: [...values], local } : { kind: 'setting', name };
  walk.record.effects.push(effect);
}

function known(name: string) {
  if (name.startsWith('sluice.')) throw ofSluice(name);
  const rule = settingRule(name);
  if (rule === null)
    throw notSupported(
      `the setting "${shownSetting(name)}" is not reviewed`,
      'leave it as the target has it, or ask for it to be reviewed',
    );
  return rule;
}

function ofSluice(name: string) {
  return notSupported(
    `the setting "${shownSetting(name)}" belongs to Sluice, and SET does not reach it yet`,
    "reason and purpose are stated when the session opens: connect with options='-c sluice.reason=...'",
  );
}

function setTransaction(body: Body<'VariableSetStmt'>): void {
  const options = (body.args ?? []).map((node) => bodyOf(node, 'DefElem')?.defname ?? '');
  const unknown = options.find((option) => !transactionOptions.has(option));
  if (unknown !== undefined || body.name === 'TRANSACTION SNAPSHOT')
    throw notSupported(
      `SET ${body.name ?? ''} ${unknown ?? ''} is not carried`,
      'set isolation level or read mode only',
    );
}

const transactionOptions = new Set(['transaction_isolation', 'transaction_read_only', 'transaction_deferrable']);

function constant(walk: Walk, name: string, node: Node): string {
  const text = literal(walk, node);
  if (text === null)
    throw notSupported(`this value of ${shownSetting(name)} is not understood`, 'use a plain constant');
  return text;
}

/** Text of a string or number. `SET TIME ZONE INTERVAL ...` is a cast around one. */
function literal(walk: Walk, node: Node): string | null {
  const cast = bodyOf(node, 'TypeCast');
  const body = bodyOf(cast?.arg ?? node, 'A_Const');
  return body === null ? null : walk.literals.valueOf(body);
}

/** PostgreSQL's `SplitIdentifierString`: names between commas, folded unless quoted. */
function splitPath(text: string): readonly string[] | null {
  const names: string[] = [];
  // Blanks as PostgreSQL's scanner_isspace has them: to JavaScript many more characters are blank, which are part of a name there.
  if (/^[ \t\n\r\f]*$/.test(text)) return [];
  const pattern = /[ \t\n\r\f]*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff$][^ \t\n\r\f\v,"]*))[ \t\n\r\f]*(,|$)/y;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null || Buffer.byteLength(match[1] ?? match[2] ?? '') > 63) return null;
    names.push(
      match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
    );
    if (match[3] === '') return names;
  }
}

function shownSetting(name: string): string {
  return shownNames(name.split('.'));
}
