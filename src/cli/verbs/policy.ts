import type { Command } from 'commander';
import type { Explanation } from '../../engine/control.ts';
import { fail } from '../failure.ts';
import { isPrincipalId, notAnId } from '../principal-argument.ts';
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
    .argument('<connection>', 'as in clinic')
    .argument('<sql>', 'one or more statements')
    .requiredOption('--as <principal>', 'whom to ask for, as in demo/nightly-etl')
    .option('--group <name...>', 'as if the principal were in exactly these groups')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx sluice policy explain clinic "select * from patients" --as demo/nightly-etl',
    )
    .action(
      surface.action(async (connection: string, sql: string, { as: principal, group, json }: ExplainOptions) => {
        if (!isPrincipalId(principal)) return fail(surface.io, notAnId);
        const question = { principal, connection, sql, groups: group ?? null };
        return surface.show(await gateway.change<Explanation>('policies/explain', question), json === true, shown);
      }),
    );
}

interface ExplainOptions extends JsonOption {
  readonly as: string;
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
