import { instant } from '../base/clock.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from '../identity/ticket.ts';
import type { DeniedToken, HeldTicket } from '../identity/tickets.ts';

/** A ticket as it is kept: everything but its secret, which Sluice does not have. */
export function ticketText(ticket: Ticket): string {
  const { salt, iterations, storedKey, serverKey } = ticket.verifier;
  const verifier = {
    salt: salt.toString('base64'),
    iterations,
    storedKey: storedKey.toString('base64'),
    serverKey: serverKey.toString('base64'),
  };
  return JSON.stringify({ ...ticket, verifier });
}

/** A row of `tickets`, written by this version alone. */
export function parseTicketRow(row: Readonly<Record<string, unknown>>): HeldTicket {
  const kept = JSON.parse(String(row.ticket)) as Omit<Ticket, 'verifier'> & {
    readonly verifier: { readonly [K in 'salt' | 'storedKey' | 'serverKey']: string } & { readonly iterations: number };
  };
  const { salt, iterations, storedKey, serverKey } = kept.verifier;
  const verifier = {
    salt: Buffer.from(salt, 'base64'),
    iterations,
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
  const { revoked_by: by, revoked_at: at } = row;
  const revoked = typeof by === 'string' ? { by: by as PrincipalId, at: instant(Number(at)) } : null;
  return { ticket: { ...kept, verifier }, revoked };
}

/** A row of `denied_tokens`. */
export function parseDeniedRow(row: Readonly<Record<string, unknown>>): DeniedToken {
  return {
    tokenId: String(row.id),
    by: String(row.by) as PrincipalId,
    at: instant(Number(row.at)),
    until: instant(Number(row.until)),
  };
}
