import type { Command } from 'commander';
import type { PrincipalView } from '../../engine/control.ts';
import { fail } from '../failure.ts';
import { isPrincipalId, notAnId } from '../principal-argument.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { fields, table } from '../table.ts';

/** Workloads and people. */
export function addPrincipalVerbs(program: Command, surface: Surface): void {
  const { io, gateway } = surface;
  const principals = program.command('principals').description('workloads and people that were seen or are listed');

  principals
    .command('list')
    .description('every principal')
    .option('--json', 'as a JSON array')
    .action(
      surface.action(async ({ json }: JsonOption) =>
        surface.show(await gateway.read<readonly PrincipalView[]>('principals'), json === true, listed),
      ),
    );

  principals
    .command('show')
    .description('one principal')
    .argument('<id>', 'as in demo/nightly-etl')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { json }: JsonOption) => {
        if (!isPrincipalId(id)) return fail(io, notAnId);
        const slash = id.indexOf('/');
        const path = `principals/${encodeURIComponent(id.slice(0, slash))}/${encodeURIComponent(id.slice(slash + 1))}`;
        return surface.show(await gateway.read<PrincipalView>(path), json === true, shown);
      }),
    );

  for (const change of ['disable', 'enable'] as const) {
    principals
      .command(change)
      .description(descriptions[change])
      .argument('<id>', 'as in demo/nightly-etl')
      .option('--json', 'as JSON')
      .addHelpText(
        'after',
        `\nNeeds an admin:\n  $ SLUICE_TOKEN=$(npx sluice token ada) npx sluice principals ${change} demo/nightly-etl`,
      )
      .action(
        surface.action(async (id: string, { json }: JsonOption) => {
          if (!isPrincipalId(id)) return fail(io, notAnId);
          const outcome = await gateway.change<Change>(`principals/${change}`, { id });
          return surface.show(outcome, json === true, ({ endedSessions, state }) =>
            change === 'disable'
              ? `${printable(id)} is ${state}; live sessions that end now: ${endedSessions}\n`
              : `${printable(id)} is ${state}\n`,
          );
        }),
      );
  }
}

interface Change {
  readonly state: PrincipalView['state'];
  readonly endedSessions: number;
}

const descriptions = {
  disable: 'refuse a principal from now on and end its live sessions within a second',
  enable: 'let a disabled principal in again',
} as const;

function listed(principals: readonly PrincipalView[]): string {
  const names = ['id', 'kind', 'state', 'groups', 'owner', 'purpose', 'live', 'last seen'];
  const rows = principals.map((principal) => [
    principal.id,
    principal.kind,
    principal.state,
    principal.groups.join(','),
    principal.owner ?? '-',
    principal.purpose ?? '-',
    principal.liveSessions,
    principal.lastSeen ?? '-',
  ]);
  return table(names, rows);
}

function shown(principal: PrincipalView): string {
  return fields([
    ['id', principal.id],
    ['kind', principal.kind],
    ['display', principal.display],
    ['issuer', principal.issuer],
    ['state', principal.state],
    ['groups', principal.groups.join(', ')],
    ['owner', principal.owner ?? '-'],
    ['purpose', principal.purpose ?? '-'],
    ['vendor', principal.vendor ?? '-'],
    ['expires', principal.expires ?? '-'],
    ['on behalf of', principal.onBehalfOf ?? '-'],
    ['live sessions', principal.liveSessions],
    ['last seen', principal.lastSeen ?? '-'],
  ]);
}
