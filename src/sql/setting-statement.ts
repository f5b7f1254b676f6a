import type { SessionEffect, StatedName } from '../core/facts.ts';
import { type Body, bodyOf, type Node, qualifiedName } from './ast.ts';
import { notSupported } from './refused.ts';
import { settingRule } from './reviewed-settings.ts';
import { splitPath } from './search-path-text.ts';
import { shownNames } from './shown-name.ts';
import type { Walk } from './walk.ts';

/** SET, SET LOCAL, RESET. */
export function setStatement(walk: Walk, body: Body<'VariableSetStmt'>): void {
  const name = (body.name ?? '').toLowerCase();
  const local = body.is_local === true;
  if (name.startsWith('sluice.')) {
    state(walk, name, statedBy(walk, body, name), local);
    return;
  }
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

/** `sluice.reason` and `sluice.purpose`: they stop at Sluice, so that only Sluice needs to understand them. */
function state(walk: Walk, name: string, value: string | null, local: boolean): void {
  const stated = statable.get(name);
  if (stated === undefined) throw notStatable(name);
  walk.record.effects.push({ kind: 'stated', name: stated, value, local });
}

/** Null: back to what was stated when the session opened. */
function statedBy(walk: Walk, body: Body<'VariableSetStmt'>, name: string): string | null {
  if (body.kind === 'VAR_RESET' || body.kind === 'VAR_SET_DEFAULT') return null;
  const [value, ...more] = body.args ?? [];
  if (body.kind !== 'VAR_SET_VALUE' || value === undefined || more.length > 0)
    throw notSupported(`SET ${shownSetting(name)} in this form is not carried`, 'give one value in quotes');
  return constant(walk, name, value);
}

const statable: ReadonlyMap<string, StatedName> = new Map([
  ['sluice.reason', 'reason'],
  ['sluice.purpose', 'purpose'],
  ['sluice.ticket', 'ticket'],
]);

function notStatable(name: string) {
  return notSupported(
    `Sluice has no setting "${shownSetting(name)}"`,
    'set sluice.reason, sluice.purpose or sluice.ticket',
  );
}

/** SHOW: any setting but those of Sluice. */
export function showStatement(body: Body<'VariableShowStmt'>): number {
  const name = (body.name ?? '').toLowerCase();
  if (name.startsWith('sluice.')) throw notShown();
  return name === 'all' ? 3 : 1;
}

/**
 * `select set_config('search_path', 'a, b', false)` is a SET in other words, where the query has nothing else but such calls and
 * `current_setting('...')`: answers with how many columns it has, or 0 where it is none. Anywhere else `set_config` is refused.
 */
export function setConfig(walk: Walk, select: Body<'SelectStmt'>): number {
  if (Object.keys(select).some((field) => !calm.has(field))) return 0;
  if (['set_config', 'current_setting'].some((name) => walk.catalogue.routinesNamed(name).length > 0)) return 0;
  const calls = (select.targetList ?? []).map((target) => settingCall(walk, target));
  const changes = calls.flatMap((call) => (call === null || call === 'shown' ? [] : [call]));
  if (calls.includes(null) || changes.length === 0) return 0;
  if (calls.length > 1 && changes.some(({ name }) => name.startsWith('sluice.')))
    throw notSupported('a query that sets sluice.* holds nothing else', 'send it as a query of its own');
  for (const { name, value, local } of changes) change(walk, name, value, local);
  return calls.length;
}

interface SettingChange {
  readonly name: string;
  /** Null: a parameter, of a setting that may have any value. */
  readonly value: string | null;
  readonly local: boolean;
}

/** Null: neither call, or not with constants. */
function settingCall(walk: Walk, target: Node): SettingChange | 'shown' | null {
  const value = bodyOf(target, 'ResTarget')?.val;
  const call = value === undefined ? null : bodyOf(value, 'FuncCall');
  const parts = qualifiedName(call?.funcname) ?? [];
  if (call === null || (parts.length > 1 && parts.at(-2) !== 'pg_catalog')) return null;
  const [first, second, third] = call.args ?? [];
  const name = first === undefined ? undefined : literal(walk, first)?.toLowerCase();
  if (first === undefined || name === undefined) return null;
  if (parts.at(-1) === 'current_setting' && call.args?.length === 1) return name.startsWith('sluice.') ? null : 'shown';
  if (parts.at(-1) !== 'set_config' || call.args?.length !== 3 || second === undefined || third === undefined)
    return null;
  const text = literal(walk, second);
  const local = bodyOf(third, 'A_Const') as { readonly kind?: string } | null;
  if (text === null && (bodyOf(second, 'ParamRef') === null || !isFree(name))) return null;
  if (local?.kind !== 'true' && local?.kind !== 'false') return null;
  return { name, value: text, local: local.kind === 'true' };
}

function isFree(name: string): boolean {
  return name !== 'search_path' && settingRule(name)?.kind === 'any';
}

function change(walk: Walk, name: string, value: string | null, local: boolean): void {
  if (name.startsWith('sluice.')) {
    state(walk, name, value, local);
  } else if (value === null) {
    walk.record.effects.push({ kind: 'setting', name });
  } else {
    const values = name === 'search_path' ? splitPath(value) : [value];
    if (values === null) throw notSupported('this search_path is not understood', 'list schema names with commas');
    setValue(walk, name, values, local);
  }
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
  const rule = settingRule(name);
  if (rule === null)
    throw notSupported(
      `the setting "${shownSetting(name)}" is not reviewed`,
      'leave it as the target has it, or ask for it to be reviewed',
    );
  return rule;
}

/** The target does not know them, and must not learn them to answer. */
export function notShown() {
  return notSupported(
    'settings of Sluice stop at Sluice, and are not shown',
    'state them again with SET sluice.reason',
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

function shownSetting(name: string): string {
  return shownNames(name.split('.'));
}
