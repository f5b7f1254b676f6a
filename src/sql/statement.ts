import type { CopyDirection, OutputColumn, StatementFacts, Verb } from '../core/facts.ts';
import { type Body, bodyOf, kindOf, type Node } from './ast.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { copyStatement } from './copy-statement.ts';
import { ddlStatement, isDdl, selectInto } from './ddl-statement.ts';
import { explained } from './explain-statement.ts';
import { expressionValue } from './expression.ts';
import { FieldBudget } from './field-budget.ts';
import { fromItem } from './from-clause.ts';
import { insertRows } from './insert-statement.ts';
import { mergeRows } from './merge-statement.ts';
import { NameLookup } from './name-lookup.ts';
import { namedQuery } from './named-query.ts';
import { selectRows } from './query.ts';
import { notAnalysable, notSupported, protectedUse } from './refused.ts';
import { callStatement, doStatement } from './routine-statement.ts';
import { SealedLiterals } from './sealed-literals.ts';
import {
  deallocateStatement,
  discardStatement,
  lockStatement,
  transactionStatement,
  truncateStatement,
} from './session-statement.ts';
import { setConfig, setStatement, showStatement } from './setting-statement.ts';
import { StatementRecord } from './statement-record.ts';
import { clear, labelsOf, listed, outputOf } from './value.ts';
import type { QueryRows, Walk } from './walk.ts';
import { deleteRows, updateRows } from './write-statement.ts';

/** Facts of one statement, still without its text, and whether they depend on the value of a literal. */
export interface Analysed {
  readonly facts: Omit<StatementFacts, 'normalised'>;
  readonly literalsRead: boolean;
}

/** Analyses one parsed statement; throws {@link Refused}. The tree is used up. */
export function analyseStatement(
  tree: Readonly<Record<string, unknown>>,
  catalogue: CatalogueIndex,
  path: readonly string[] | 'unknown',
): Analysed {
  const node = tree as unknown as Node;
  const named = namedQuery(node, catalogue, (inner) => analyseStatement({ ...inner }, catalogue, path).facts);
  // The name stands for a query that other texts know nothing of.
  if (named !== null) return { facts: named, literalsRead: true };
  const walk = newWalk(catalogue, path);
  const construct = kindOf(node);
  const { verb, outputs, openOutputs, copy } = statement(walk, node);
  const { record } = walk;
  const own = record.own();
  const facts = {
    verb: verb === 'select' && record.tables().length === 0 && record.routines().length === 0 ? 'session' : verb,
    construct,
    tables: record.tables(),
    routines: record.routines(),
    controls: catalogue.protects ? record.controls() : [],
    outputs,
    ...(openOutputs ? { openOutputs: true as const } : {}),
    ...(own.length === 0 ? {} : { own }),
    ...(copy === undefined ? {} : { copy }),
    effects: record.effects,
  };
  return { facts, literalsRead: walk.literals.read };
}

interface Outcome {
  readonly verb: Verb;
  readonly outputs: readonly OutputColumn[] | null;
  readonly openOutputs: boolean;
  readonly copy?: CopyDirection;
}

function newWalk(catalogue: CatalogueIndex, path: readonly string[] | 'unknown'): Walk {
  const walk: Walk = {
    catalogue,
    names: new NameLookup(catalogue, path),
    literals: new SealedLiterals(),
    record: new StatementRecord(catalogue),
    budget: new FieldBudget(),
    origins: new WeakMap(),
    reads: new WeakMap(),
    query: (node, scope) => queryRows(walk, node, scope),
    value: (node, place) => expressionValue(walk, node, place),
    fromItem: (node, scope) => {
      const item = fromItem(walk, node, scope);
      walk.budget.spend(item.fields.length);
      return item;
    },
  };
  return walk;
}

function queryRows(walk: Walk, node: Node, scope: Parameters<Walk['query']>[1]): QueryRows {
  switch (kindOf(node)) {
    case 'SelectStmt':
      return selectRows(walk, bodyOf(node, 'SelectStmt') ?? {}, scope);
    case 'InsertStmt':
      return insertRows(walk, bodyOf(node, 'InsertStmt') ?? {}, scope);
    case 'UpdateStmt':
      return updateRows(walk, bodyOf(node, 'UpdateStmt') ?? {}, scope);
    case 'DeleteStmt':
      return deleteRows(walk, bodyOf(node, 'DeleteStmt') ?? {}, scope);
    case 'MergeStmt':
      return mergeRows(walk, bodyOf(node, 'MergeStmt') ?? {}, scope);
    default:
      throw notAnalysable(`${kindOf(node)} cannot stand in a query`, 'send it on its own');
  }
}

const queryVerbs: Readonly<Record<string, Verb>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
};

function statement(walk: Walk, node: Node): Outcome {
  const kind = kindOf(node);
  const verb = queryVerbs[kind];
  if (verb !== undefined) return queryStatement(walk, node, verb);
  walk.literals.seal(node, false);
  if (isDdl(kind)) {
    ddlStatement(walk, kind, bodyOf(node, kind) ?? {});
    return silent('ddl');
  }
  switch (kind) {
    case 'TransactionStmt':
      transactionStatement(walk, bodyOf(node, 'TransactionStmt') ?? {});
      return silent('session');
    case 'VariableSetStmt':
      setStatement(walk, bodyOf(node, 'VariableSetStmt') ?? {});
      return silent('session');
    case 'VariableShowStmt':
      return rows('session', showStatement(bodyOf(node, 'VariableShowStmt') ?? {}));
    case 'DiscardStmt':
      discardStatement(walk, bodyOf(node, 'DiscardStmt') ?? {});
      return silent('session');
    case 'DeallocateStmt':
      deallocateStatement(walk, bodyOf(node, 'DeallocateStmt') ?? {});
      return silent('session');
    case 'LockStmt':
      lockStatement(walk, bodyOf(node, 'LockStmt') ?? {});
      return silent('session');
    case 'TruncateStmt':
      truncateStatement(walk, bodyOf(node, 'TruncateStmt') ?? {});
      return silent('truncate');
    case 'CopyStmt':
      return { ...silent('copy'), copy: copyStatement(walk, bodyOf(node, 'CopyStmt') ?? {}) };
    case 'CallStmt':
      callStatement(walk, bodyOf(node, 'CallStmt') ?? {});
      return { verb: 'call', outputs: [], openOutputs: true };
    case 'DoStmt':
      doStatement(walk);
      return silent('call');
    case 'ListenStmt':
    case 'UnlistenStmt':
    // Its payload can only be a literal: notifications that hold data are raised by triggers, and told without it.
    case 'NotifyStmt':
      return silent('session');
    // A portal that is gone is missed by the target itself.
    case 'ClosePortalStmt':
      walk.record.effects.push({
        kind: 'own-cursor-closed',
        name: bodyOf(node, 'ClosePortalStmt')?.portalname ?? null,
      });
      return silent('session');
    case 'ExplainStmt': {
      const explainedVerb = queryVerbs[kindOf(explained(walk, bodyOf(node, 'ExplainStmt') ?? {}))] ?? 'session';
      return rows(explainedVerb, 1);
    }
    default:
      throw notCarried(kind);
  }
}

function queryStatement(walk: Walk, node: Node, verb: Verb): Outcome {
  walk.literals.seal(node, true);
  const select = bodyOf(node, 'SelectStmt');
  if (select?.intoClause !== undefined) {
    selectInto(walk, select);
    return silent('ddl');
  }
  const settings = select === null ? 0 : setConfig(walk, select);
  if (settings > 0) return rows('session', settings);
  const result = walk.query(node, null);
  const returned = verb === 'select' || returns(node) ? result.fields.map((field) => field.value) : [];
  walk.record.testComputed(returned.flatMap((value) => (value.kind === 'derived' ? value.columns : [])));
  if (verb !== 'select' && !returns(node)) return silent(verb);
  if (result.open !== null) return openRows(verb, result);
  return { verb, outputs: result.fields.map((field) => outputOf(field.value)), openOutputs: false };
}

/** Columns that cannot be counted cannot be masked either: none of them may hold anything protected. */
function openRows(verb: Verb, result: QueryRows): Outcome {
  for (const value of [...result.fields.map((field) => field.value), result.open ?? clear])
    if (labelsOf(value).length > 0)
      throw protectedUse(
        `the columns of this result cannot be told apart, and one may hold ${listed(value)}`,
        'name the columns instead of *',
      );
  return { verb, outputs: [], openOutputs: true };
}

function returns(node: Node): boolean {
  const body = bodyOf(node, kindOf(node)) as Body<'InsertStmt'> | null;
  return body?.returningClause !== undefined;
}

function silent(verb: Verb): Outcome {
  return { verb, outputs: null, openOutputs: false };
}

function rows(verb: Verb, count: number): Outcome {
  return { verb, outputs: Array.from({ length: count }, () => clear as OutputColumn), openOutputs: false };
}

function notCarried(kind: string) {
  const [name, hint] = refusedStatements[kind] ?? [kind, 'use plain SELECT, INSERT, UPDATE and DELETE'];
  return notSupported(`${name} is not carried`, hint);
}

const refusedStatements: Readonly<Record<string, readonly [string, string]>> = {
  LoadStmt: ['LOAD', 'libraries are loaded by database administrators'],
};
