import type { Command } from 'commander';
import type { ApprovalDetail, ApprovalView, RevealedStatement } from '../../engine/control.ts';
import { approvalLines } from '../approval-lines.ts';
import { fail } from '../failure.ts';
import { type ListOptions, listPath, narrowed } from '../list-options.ts';
import { lines, printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { table } from '../table.ts';

/** What waits for people, and what became of it. */
export function addApprovalVerbs(program: Command, surface: Surface): void {
  const { io, gateway } = surface;
  const approvals = program.command('approvals').description('requests that wait for people, and what became of them');

  narrowed(approvals.command('list'), 'pending, approved, denied, expired, withdrawn, used or revoked')
    .description('requests, newest first')
    .action(
      surface.action(async (options: ListOptions) =>
        surface.show(
          await gateway.read<readonly ApprovalView[]>(listPath('approvals', options)),
          options.json === true,
          listed,
        ),
      ),
    );

  approvals
    .command('show')
    .description('one request: who asks for what, and why')
    .argument('<id>', 'as in apr_019aa9b0-...')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { json }: JsonOption) =>
        surface.show(
          await gateway.read<ApprovalDetail>(`approvals/${encodeURIComponent(id)}`),
          json === true,
          approvalLines,
        ),
      ),
    );

  for (const verdict of ['approve', 'deny'] as const) {
    approvals
      .command(verdict)
      .description(descriptions[verdict])
      .argument('<id>', 'as in apr_019aa9b0-...')
      .requiredOption('--reason <text>', 'why; kept with the decision')
      .option('--json', 'as JSON')
      .addHelpText(
        'after',
        `\nNeeds an approver of the group that the policy names, who logged in recently:\n` +
          `  $ SLUICE_TOKEN=$(npx sluice token dana) npx sluice approvals ${verdict} apr_... --reason "agreed in OPS-17"`,
      )
      .action(
        surface.action(async (id: string, { reason, json }: JsonOption & { readonly reason: string }) => {
          if (!/[\p{L}\p{N}]/u.test(reason)) return fail(io, noReason);
          const path = `approvals/${encodeURIComponent(id)}/${verdict}`;
          return surface.show(await gateway.change<ApprovalView>(path, { reason }), json === true, decided);
        }),
      );
  }

  approvals
    .command('reveal')
    .description('the statement with its literals; an entry says that you looked')
    .argument('<id>', 'as in apr_019aa9b0-...')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { json }: JsonOption) => {
        const path = `approvals/${encodeURIComponent(id)}/reveal`;
        return surface.show(await gateway.change<RevealedStatement>(path), json === true, revealed);
      }),
    );
}

const descriptions = {
  approve: 'let it run, as one of those who are needed',
  deny: 'refuse it; one denial ends the request',
} as const;

const noReason = {
  message: 'the reason says nothing',
  hint: 'write why, as in --reason "agreed in OPS-17"; it is kept with the decision',
  exit: 2,
} as const;

function listed(approvals: readonly ApprovalView[]): string {
  const names = ['id', 'state', 'principal', 'connection', 'verb', 'tables', 'rows', 'approvals', 'asked', 'expires'];
  const rows = approvals.map((one) => [
    one.id,
    one.state,
    one.principal,
    one.connection,
    one.verb,
    one.tables.join(', ') || '-',
    one.estimatedRows ?? '-',
    one.quorum.map(({ given, needed }) => `${given} of ${needed}`).join(', '),
    one.createdAt,
    one.expiresAt,
  ]);
  return table(names, rows);
}

function decided(approval: ApprovalView): string {
  const { id, state, quorum } = approval;
  if (state !== 'pending') return `${id} is ${state}${approval.grant === null ? '' : `; grant ${approval.grant}`}\n`;
  const missing = quorum.filter(({ given, needed }) => given < needed);
  const more = missing.map(
    ({ access, given, needed, groups }) =>
      `${printable(access)}: ${given} of ${needed} (${printable(groups.join(' or '))})`,
  );
  return `${id} still waits; ${more.join('; ')}\n`;
}

function revealed({ statement, parameters }: RevealedStatement): string {
  const values = parameters.map((value, index) => `$${index + 1}  ${value === null ? 'NULL' : printable(value)}\n`);
  return `${lines(statement)
    .map((line) => `${line}\n`)
    .join('')}${values.join('')}`;
}
