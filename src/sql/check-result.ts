import type { Denial } from '../core/denial.ts';
import type { ColumnName, OutputColumn, OwnTable, StatementFacts } from '../core/facts.ts';
import type { ResultColumn } from '../core/question.ts';
import { type CatalogueIndex, columnByNumber } from './catalogue-index.ts';

/** OIDs from here on belong to relations that users made. */
const firstUserOid = 16384;

/**
 * The second, independent check: compares where the target says each result column comes from with what analysis said it may
 * hold. Null: no contradiction. A contradiction is a fault of the analysis or a stale catalogue: no row may leave.
 */
export function checkResult(
  facts: StatementFacts,
  columns: readonly ResultColumn[],
  index: CatalogueIndex,
): Denial | null {
  const outputs = facts.outputs ?? [];
  const open = facts.openOutputs === true;
  if (!open && outputs.length !== columns.length)
    return contradiction(`the result has ${columns.length} columns where the analysis expects ${outputs.length}`);
  for (const [at, column] of columns.entries()) {
    const fault = columnFault(
      open ? { kind: 'clear' } : (outputs[at] ?? { kind: 'clear' }),
      column,
      index,
      facts.own ?? [],
    );
    if (fault !== null) return contradiction(`result column ${at + 1} ${fault}`);
  }
  return null;
}

function columnFault(
  output: OutputColumn,
  column: ResultColumn,
  index: CatalogueIndex,
  own: readonly OwnTable[],
): string | null {
  if (column.tableOid === 0) return null;
  const relation = index.relationByOid(column.tableOid);
  if (relation === null) return column.tableOid < firstUserOid ? null : ownFault(output, column.number, own);
  if (column.number === 0)
    return index.hasProtected(relation) && output.kind !== 'derived' ? 'is a whole row with protected columns' : null;
  if (column.number < 0) return null;
  const described = columnByNumber(relation, column.number);
  if (described === null) return 'comes from a column that is not in the catalogue';
  const origin = index.protectedColumn(relation, described.name);
  return origin === null || covers(output, origin)
    ? null
    : `holds ${relation.schema}.${relation.name}.${described.name}, and the analysis did not expect it`;
}

/** What is not in the snapshot can only be a table of the session, and one of those that the statement reads. */
function ownFault(output: OutputColumn, number: number, own: readonly OwnTable[]): string | null {
  if (own.length === 0) return 'comes from a relation that is not in the catalogue';
  if (number < 0) return null;
  if (number === 0)
    return output.kind !== 'derived' && own.some(({ columns }) => columns.some(({ holds }) => holds !== null))
      ? 'is a whole row with protected columns'
      : null;
  const possible = own.flatMap(({ columns }) => columns[number - 1] ?? []);
  if (possible.some(({ holds }) => holds === null || covers(output, holds))) return null;
  return 'comes from a column of a temporary table, and the analysis did not expect it';
}

function covers(output: OutputColumn, origin: ColumnName): boolean {
  if (output.kind === 'clear') return false;
  const named = output.kind === 'bare' ? [output.column] : output.columns;
  return named.some(
    ({ schema, name, column }) => schema === origin.schema && name === origin.name && column === origin.column,
  );
}

function contradiction(what: string): Denial {
  return {
    code: 'analysis_contradicted',
    message: what,
    hint: 'send the statement again once the catalogue is refreshed; if it persists, report the statement',
  };
}
