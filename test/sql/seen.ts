import type { StatementFacts } from '../../src/core/facts.ts';
import { Analyser, type Analysis } from '../../src/sql/analyse.ts';
import { CatalogueIndex } from '../../src/sql/catalogue-index.ts';
import { clinicCatalogue } from './clinic-catalogue.ts';

export const analyser = await Analyser.load();
export const protecting = new CatalogueIndex(clinicCatalogue());
export const open = new CatalogueIndex(clinicCatalogue({ protect: false }));

export function analyse(
  sql: string,
  catalogue = protecting,
  path: readonly string[] | 'unknown' = ['public'],
): Analysis {
  return analyser.analyse(Buffer.from(sql), { catalogue, path });
}

/** Facts of one statement, or its refusal as an exception that names it. */
export function factsOf(sql: string, catalogue = protecting): StatementFacts {
  const analysis = analyse(sql, catalogue);
  if (analysis.kind === 'refused') throw new Error(`refused: ${analysis.denial.code}: ${analysis.denial.message}`);
  const [facts, ...others] = analysis.statements;
  if (facts === undefined || others.length > 0) throw new Error('not one statement');
  return facts;
}

/** One line per facts, short enough for a table: `select | patients:select(id)+f+l | - ssn | where:ssn!`. */
export function summary(facts: StatementFacts): string {
  const outputs = facts.outputs?.map((output) => {
    if (output.kind === 'clear') return '-';
    return output.kind === 'bare' ? output.column.column : `{${output.columns.map((c) => c.column).join(',')}}`;
  });
  const tables = facts.tables.map(
    (use) =>
      `${use.relation.name}:${use.action}(${use.columns.join(',')})${use.filtered ? '+f' : ''}${use.limited ? '+l' : ''}`,
  );
  const controls = facts.controls.map((use) => `${use.use}:${use.column.column}${use.lookup ? '!' : ''}`);
  const shown = facts.openOutputs === true ? 'open' : (outputs?.join(' ') ?? 'none');
  return [facts.verb, tables.join(' '), shown, controls.join(' ')].join(' | ');
}

/** What the analyser says of a text in one line: the summaries, or `code: message`. */
export function verdict(sql: string, catalogue = protecting, path: readonly string[] | 'unknown' = ['public']): string {
  const analysis = analyse(sql, catalogue, path);
  if (analysis.kind === 'refused') return `${analysis.denial.code}: ${analysis.denial.message}`;
  return analysis.statements.map(summary).join(' ; ');
}
