import type { Command } from 'commander';
import type { DeniedTokenView, TicketView } from '../../engine/control.ts';
import { isTokenId } from '../../identity/token-id.ts';
import { type Failure, fail } from '../failure.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { table } from '../table.ts';

/** Tickets, and tokens that are refused before they expire. */
export function addTicketVerbs(program: Command, surface: Surface): void {
  const { io, gateway } = surface;
  const tickets = program.command('tickets').description('tickets that tokens were exchanged for, and denied tokens');

  tickets
    .command('list')
    .description('tickets: all for a reader, else your own')
    .option('--denied', 'the tokens that are denied instead')
    .option('--json', 'as a JSON array')
    .action(
      surface.action(async ({ denied, json }: JsonOption & { readonly denied?: boolean }) =>
        denied === true
          ? surface.show(await gateway.read<readonly DeniedTokenView[]>('denylist'), json === true, deniedListed)
          : surface.show(await gateway.read<readonly TicketView[]>('tickets'), json === true, listed),
      ),
    );

  tickets
    .command('revoke')
    .description('refuse a ticket, or a token by its id, from now on and end its live sessions within a second')
    .argument('<id>', 'of a ticket, as in tkt_019aa9b0-..., or of a token: its jti or uti, or sha256:...')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nYour own ticket with your own token; anything else needs an approver or an admin:\n' +
        '  $ SLUICE_TOKEN=$(npx sluice token ada) npx sluice tickets revoke tkt_...\n' +
        'The id of a token is in "sluice sessions show", and in the entry of each session.',
    )
    .action(
      surface.action(async (id: string, { json }: JsonOption) => {
        if (!isTicket(id) && !isTokenId(id)) return fail(io, notASecret);
        const outcome = isTicket(id)
          ? await gateway.change<Ended>(`tickets/${encodeURIComponent(id)}/revoke`)
          : await gateway.change<Ended>('denylist', { id });
        return surface.show(
          outcome,
          json === true,
          ({ endedSessions, until }) =>
            `${printable(id)} is ${until === undefined ? 'revoked' : `denied until ${until}`}; live sessions that end now: ${endedSessions}\n`,
        );
      }),
    );
}

interface Ended {
  readonly endedSessions: number;
  /** Only of a token. */
  readonly until?: string;
}

/** In the form of the id of a ticket: whether there is one, the gateway says. With a dot behind it, the secret would be in it. */
function isTicket(given: string): boolean {
  return /^tkt_[0-9a-f-]{1,36}$/.test(given);
}

const notASecret: Failure = {
  message: 'that is no id, and may be a secret; it was not sent',
  hint: 'of a ticket slt_<id>.<secret> give the part between slt_ and the dot; of a token what "sluice sessions show" has',
  exit: 2,
};

function listed(tickets: readonly TicketView[]): string {
  const names = ['id', 'state', 'principal', 'on behalf of', 'connection', 'expires', 'live'];
  const rows = tickets.map((ticket) => [
    ticket.id,
    ticket.state,
    ticket.principal,
    ticket.onBehalfOf ?? '-',
    ticket.connection ?? 'any',
    ticket.expiresAt,
    ticket.liveSessions,
  ]);
  return table(names, rows);
}

function deniedListed(tokens: readonly DeniedTokenView[]): string {
  return table(
    ['token', 'by', 'at', 'until'],
    tokens.map(({ id, by, at, until }) => [id, by, at, until]),
  );
}
