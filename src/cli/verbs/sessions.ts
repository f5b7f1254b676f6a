import type { Command } from 'commander';
import type { SessionView } from '../../engine/control.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { type Cell, fields, table } from '../table.ts';

/** Sessions, live and recently closed. */
export function addSessionVerbs(program: Command, surface: Surface): void {
  const { gateway } = surface;
  const sessions = program.command('sessions').description('sessions, live and recently closed');

  sessions
    .command('list')
    .description('every session that is live or closed recently')
    .option('--json', 'as a JSON array')
    .action(
      surface.action(async ({ json }: JsonOption) =>
        surface.show(await gateway.read<readonly SessionView[]>('sessions'), json === true, listed),
      ),
    );

  sessions
    .command('show')
    .description('one session')
    .argument('<id>', 'as in ses_019aa9b0-...')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (id: string, { json }: JsonOption) =>
        surface.show(await gateway.read<SessionView>(`sessions/${encodeURIComponent(id)}`), json === true, shown),
      ),
    );

  sessions
    .command('terminate')
    .description('end a live session within a second')
    .argument('<id>', 'as in ses_019aa9b0-...')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nNeeds an approver or an admin:\n  $ SLUICE_TOKEN=$(npx sluice token ada) npx sluice sessions terminate ses_...',
    )
    .action(
      surface.action(async (id: string, { json }: JsonOption) => {
        const outcome = await gateway.change(`sessions/${encodeURIComponent(id)}/terminate`);
        return surface.show(outcome, json === true, () => `${printable(id)} is terminated\n`);
      }),
    );
}

function listed(sessions: readonly SessionView[]): string {
  const names = ['id', 'state', 'principal', 'owner', 'connection', 'source', 'opened', 'statements', 'rows'];
  const rows = sessions.map(({ id, state, principal, owner, connection, source, openedAt, statements, rows }) => [
    id,
    state,
    principal,
    owner ?? '-',
    connection,
    source,
    openedAt,
    statements,
    rows,
  ]);
  return table(names, rows);
}

function shown(session: SessionView): string {
  const origin = Object.entries(session.origin).filter(([, value]) => value !== 'unknown');
  return fields([
    ['id', session.id],
    ['state', session.state],
    ['principal', session.principal],
    ['on behalf of', session.onBehalfOf ?? '-'],
    ['owner', session.owner ?? '-'],
    ['purpose', session.purpose ?? '-'],
    ['credential', `${session.credential.kind} ${session.credential.id}`],
    ['connection', session.connection],
    ['source', session.source],
    ['backend pid', session.backendPid ?? '-'],
    ['opened', session.openedAt],
    ['closed', session.closedAt ?? '-'],
    ['statements', session.statements],
    ['rows', session.rows],
    ['bytes', session.bytes],
    ...origin.map(([name, value]): readonly [string, Cell] => [`origin ${name}`, value]),
  ]);
}
