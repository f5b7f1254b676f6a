import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { EstimateOptions } from '../engine/row-estimates.ts';
import { openTargetSession } from './target-session.ts';

/**
 * Has a PostgreSQL target plan a statement, in a short read-only session under the search path of the client's. Nothing of it
 * is executed. Statements with parameters are planned for any value of them, which takes PostgreSQL 16.
 */
export async function estimateRows(options: EstimateOptions): Promise<Result<number, Denial>> {
  const opened = await openTargetSession({ ...options, application: 'sluice/estimate' });
  if (!opened.ok) return opened;
  const session = opened.value;
  const version = Number.parseInt(session.serverVersion, 10);
  try {
    if (options.parameters && !(version >= 16)) return err(tooOld);
    const explain = options.parameters ? 'EXPLAIN (FORMAT JSON, GENERIC_PLAN) ' : 'EXPLAIN (FORMAT JSON) ';
    const path = `SET LOCAL search_path = ${options.path.map(quoted).join(', ') || "''"}`;
    const statements = [
      { sent: begin, recorded: begin },
      { sent: patience, recorded: patience },
      { sent: path, recorded: path },
      { sent: explain + options.text, recorded: explain + options.normalised },
    ];
    let rows: readonly (readonly unknown[])[] = [];
    for (const { sent, recorded } of statements) {
      const written = await options.before({ purpose: 'estimate the rows of a statement', text: recorded });
      if (!written.ok) return written;
      const answer = await session.read(sent);
      if (!answer.ok) return err(unplanned);
      rows = answer.value;
    }
    const estimate = plannedRows(rows[0]?.[0]);
    return estimate === null ? err(unplanned) : ok(estimate);
  } finally {
    await session.close();
  }
}

/** Of the plan's top; of what feeds it where the top only writes, and states no rows of its own. */
function plannedRows(answer: unknown): number | null {
  let node: unknown = Array.isArray(answer) ? field(answer[0], 'Plan') : null;
  while (field(node, 'Node Type') === 'ModifyTable') {
    const below: unknown = field(node, 'Plans');
    node = Array.isArray(below) ? below[0] : null;
  }
  const rows = field(node, 'Plan Rows');
  return typeof rows === 'number' && Number.isFinite(rows) && rows >= 0 ? Math.min(Math.round(rows), mostRows) : null;
}

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null
    ? Object.entries(node).find(([key]) => key === name)?.[1]
    : undefined;
}

function quoted(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}

const begin = 'BEGIN TRANSACTION READ ONLY';
/** The client's own transaction may hold what planning needs: it is waiting for this answer. */
const patience = "SET LOCAL lock_timeout = '500ms'";

/** Planners multiply freely: beyond this a number is no longer exact, and says the same. */
const mostRows = Number.MAX_SAFE_INTEGER;

const tooOld: Denial = {
  code: 'not_supported',
  message:
    'a policy asks how many rows this statement will have, and a target older than PostgreSQL 16 cannot say that of one with parameters',
  hint: 'send it as a simple query with its values in the text, or ask for a policy without estimatedRows',
};

const unplanned: Denial = {
  code: 'not_analysable',
  message: 'a policy asks how many rows this statement will have, and the target could not plan it',
  hint: 'check that it runs as it is; tables that only this session sees, such as temporary ones, cannot be estimated',
};
