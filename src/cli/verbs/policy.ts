import type { Command } from 'commander';
import type { Explanation } from '../../engine/control.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { type Cell, fields } from '../table.ts';
import { showFindings } from './gateway.ts';

/** Policies, before and while they are in force. */
export function addPolicyVerbs(program: Command, surface: Surface): void {
  const { verbs, gateway } = surface;
  const policy = program.command('policy').description('policies, before and while they are in force');

  policy
    .command('check')
    .description('say every fault of the policies in a folder, with file and line')
    .argument('<dir>', 'folder of *.cedar files')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (directory: string, options: JsonOption) =>
        showFindings(surface, await verbs.policyCheck({ directory }), 'the policies hold', options),
      ),
    );

  policy
    .command('explain')
    .description('say what the running gateway would decide of a statement, without running it')
    .argument('<principal>', 'as in demo/nightly-etl')
    .argument('<connection>')
    .argument('<sql>')
    .option('--group <name...>', 'as if the principal were in exactly these groups')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ npx sluice policy explain demo/nightly-etl clinic "select * from patients"')
    .action(
      surface.action(async (principal: string, connection: string, sql: string, { group, json }: ExplainOptions) =>
        surface.show(
          await gateway.change<Explanation>('policies/explain', {
            principal,
            connection,
            sql,
            groups: group ?? null,
          }),
          json === true,
          shown,
        ),
      ),
    );
}

interface ExplainOptions extends JsonOption {
  readonly group?: readonly string[];
}

function shown(explanation: Explanation): string {
  return fields([
    ['decision', explanation.decision],
    ['because', explanation.message],
    ...(explanation.hint === null ? [] : [['hint', explanation.hint] as const]),
    ['policies', explanation.policies.join(', ') || '-'],
    ['verb', explanation.verb],
    ['tables', explanation.tables.join(', ') || '-'],
    ...explanation.outputs.map((output): readonly [string, Cell] => ['output', output]),
  ]);
}
