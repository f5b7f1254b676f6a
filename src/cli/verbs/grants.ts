import type { Command } from 'commander';
import type { GrantView } from '../../engine/control.ts';
import { type Failure, fail } from '../failure.ts';
import { type ListOptions, listPath, narrowed } from '../list-options.ts';
import { isPrincipalId, notAnId } from '../principal-argument.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { fields, table } from '../table.ts';

/** Approvals turned into permission, and what was opened in an emergency. */
export function addGrantVerbs(program: Command, surface: Surface): void {
  const { io, gateway } = surface;
  const grants = program.command('grants').description('approvals turned into permission, and break-glass');

  narrowed(grants.command('list'), 'active, used, expired, revoked or completed')
    .description('grants, newest first')
    .action(
      surface.action(async (options: ListOptions) =>
        surface.show(
          await gateway.read<readonly GrantView[]>(listPath('grants', options)),
          options.json === true,
          listed,
        ),
      ),
    );

  grants
    .command('show')
    .description('one grant')
    .argument('<id>', 'as in grt_019aa9b0-...')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { json }: JsonOption) =>
        surface.show(await gateway.read<GrantView>(`grants/${encodeURIComponent(id)}`), json === true, shown),
      ),
    );

  grants
    .command('revoke')
    .description('end a grant, and the statements and sessions that rest on it, within a second')
    .argument('<id>', 'as in grt_019aa9b0-...')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nAny approver may:\n  $ SLUICE_TOKEN=$(npx sluice token dana) npx sluice grants revoke grt_...',
    )
    .action(
      surface.action(async (id: string, { json }: JsonOption) => {
        const outcome = await gateway.change<GrantView>(`grants/${encodeURIComponent(id)}/revoke`);
        return surface.show(outcome, json === true, ({ state }) => `${printable(id)} is ${state}\n`);
      }),
    );

  grants
    .command('break-glass')
    .description('in an emergency, let through what would wait for people; everyone is told, and an auditor reviews it')
    .argument('<principal>', 'of the workload, as in demo/nightly-etl')
    .argument('<connection>', 'as in clinic')
    .requiredOption('--for <duration>', 'as in 30m; seconds, minutes or hours')
    .requiredOption('--reason <text>', 'why it cannot wait')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (principal: string, connection: string, options: Emergency) => {
        if (!isPrincipalId(principal)) return fail(io, notAnId);
        const body = { principal, connection, duration: options.for, reason: options.reason };
        const outcome = await gateway.change<GrantView>('grants/break-glass', body);
        return surface.show(
          outcome,
          options.json === true,
          (grant) =>
            `${grant.id} is open for ${printable(grant.principal)} on ${printable(grant.connection)} until ${grant.expiresAt}; ` +
            `an auditor reviews it with "sluice grants review ${grant.id}"\n`,
        );
      }),
    );

  grants
    .command('review')
    .description('sign the review of a break-glass; needs an auditor')
    .argument('<id>', 'as in grt_019aa9b0-...')
    .requiredOption('--findings <text>', 'what the review found; kept with the grant')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { findings, json }: JsonOption & { readonly findings: string }) => {
        if (!/[\p{L}\p{N}]/u.test(findings)) return fail(io, noFindings);
        const outcome = await gateway.change<GrantView>(`grants/${encodeURIComponent(id)}/review`, { findings });
        return surface.show(outcome, json === true, () => `${printable(id)} is reviewed\n`);
      }),
    );
}

interface Emergency extends JsonOption {
  readonly for: string;
  readonly reason: string;
}

const noFindings: Failure = { message: 'the findings say nothing', hint: 'write what the review found', exit: 2 };

function listed(grants: readonly GrantView[]): string {
  const names = [
    'id',
    'state',
    'kind',
    'scope',
    'principal',
    'connection',
    'by',
    'uses',
    'granted',
    'expires',
    'review',
  ];
  const rows = grants.map((grant) => [
    grant.id,
    grant.state,
    grant.kind,
    grant.scope,
    grant.principal,
    grant.connection,
    grant.by.join(', '),
    grant.uses,
    grant.grantedAt,
    grant.expiresAt,
    reviewOf(grant),
  ]);
  return table(names, rows);
}

function shown(grant: GrantView): string {
  return fields([
    ['id', grant.id],
    ['state', grant.state],
    ['kind', grant.kind],
    ['approval', grant.approval ?? '-'],
    ['principal', grant.principal],
    ['connection', grant.connection],
    ['session', grant.session ?? '-'],
    ['run', grant.run ?? '-'],
    ['covers', `${grant.scope}: ${grant.covers}`],
    ['by', grant.by.join(', ')],
    ['rationale', grant.rationale ?? '-'],
    ['uses', grant.uses],
    ['granted', grant.grantedAt],
    ['expires', grant.expiresAt],
    ['ended', grant.endedAt ?? '-'],
    ['revoked by', grant.revokedBy ?? '-'],
    ['review', reviewOf(grant)],
    ...(grant.review === null ? [] : [['findings', grant.review.findings] as const]),
  ]);
}

function reviewOf({ kind, review }: GrantView): string {
  if (kind !== 'break-glass') return '-';
  return review === null ? 'OUTSTANDING' : `${review.by} at ${review.at}`;
}
