import assert from 'node:assert/strict';
import type {
  ColumnName,
  ControlUse,
  OutputColumn,
  RelationName,
  RoutineName,
  StatementFacts,
  TableUse,
} from '../../src/core/facts.ts';
import { type ConnectionName, parseConnectionName } from '../../src/core/ids.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import type { Decision, DecisionContext, DecisionRequest } from '../../src/policy/decision.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { unused } from '../../src/policy/usage.ts';

export function loaded(...texts: readonly string[]): PolicySet {
  const result = PolicySet.load(texts.map((text, index) => ({ name: `${index}.cedar`, text })));
  if (!result.ok) assert.fail(JSON.stringify(result.error));
  return result.value;
}

export function workload(change: Partial<Principal> = {}): Principal {
  return {
    id: principalId('demo', 'nightly-etl'),
    kind: 'workload',
    display: 'nightly-etl',
    issuer: 'demo',
    groups: ['pipelines'],
    nature: 'ci-job',
    origin: unknownOrigin,
    onBehalfOf: null,
    ...change,
  };
}

export function context(change: Partial<DecisionContext> = {}): DecisionContext {
  return {
    session: { statements: 0, rows: 0, bytes: 0, classesRead: [], ageSeconds: 0 },
    principal: unused,
    estimatedRows: null,
    purpose: null,
    reason: null,
    ticket: null,
    source: '127.0.0.1',
    time: Date.parse('2026-11-21T12:00:00Z') * 1000,
    ...change,
  };
}

export function request(facts: StatementFacts | null, change: Partial<DecisionRequest> = {}): DecisionRequest {
  return { principal: workload(), connection: clinic, facts, context: context(), ...change };
}

export function facts(change: Partial<StatementFacts> = {}): StatementFacts {
  return {
    verb: 'select',
    construct: 'SelectStmt',
    tables: [],
    routines: [],
    controls: [],
    outputs: [],
    effects: [],
    normalised: 'select $1',
    ...change,
  };
}

export function use(table: string, change: Partial<TableUse> = {}): TableUse {
  return {
    relation: relation(table),
    action: 'select',
    columns: [],
    protected: false,
    filtered: false,
    limited: false,
    ...change,
  };
}

export function relation(label: string): RelationName {
  const [schema = '', name = ''] = label.split('.');
  return { schema, name };
}

export function column(label: string): ColumnName {
  const [schema = '', name = '', columnName = ''] = label.split('.');
  return { schema, name, column: columnName };
}

export function bare(label: string, className: string): OutputColumn {
  return { kind: 'bare', column: column(label), class: className };
}

export function control(label: string, position: ControlUse['use'], lookup = false): ControlUse {
  return { column: column(label), use: position, lookup };
}

export function routine(
  schema: string | null,
  name: string,
  ...overloads: readonly (readonly string[])[]
): RoutineName {
  return { schema, name, overloads };
}

/** The message of a denial or a hold; fails for anything else. */
export function refusal(decision: Decision): string {
  if (decision.kind === 'allow') assert.fail(`allowed by ${decision.policies.join(', ')}`);
  return decision.message;
}

function connectionName(text: string): ConnectionName {
  const name = parseConnectionName(text);
  assert.ok(name !== null);
  return name;
}

export const clinic = connectionName('clinic');
