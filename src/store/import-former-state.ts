import type { FormerState } from './former-state.ts';
import type { StateDatabase, Writing } from './state-database.ts';
import { ticketRow } from './ticket-row.ts';

/**
 * Adds what an earlier start kept elsewhere, in one transaction. What says no wins: who is disabled there is disabled here, a
 * revoked ticket is revoked, a denied token denied. Done twice it is the same.
 */
export async function importFormerState(database: StateDatabase, former: FormerState): Promise<void> {
  await database.write(async (writing) => {
    await inPortions(former.principals, (rows) => importPrincipals(writing, rows));
    await inPortions(former.tickets, async (held) => {
      await writing.query
        .insertInto('tickets')
        .values(held.map(({ ticket, revoked }) => ticketRow(ticket, revoked)))
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((row) => ({
              revoked_by: row.ref('excluded.revoked_by'),
              revoked_at: row.ref('excluded.revoked_at'),
            }))
            .where('tickets.revoked_by', 'is', null),
        )
        .execute();
      for (const { ticket } of held) writing.changed({ kind: 'ticket', id: ticket.id });
    });
    await inPortions(former.denied, async (rows) => {
      await writing.query
        .insertInto('denied_tokens')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((row) => ({ until: row.ref('excluded.until') }))
            .whereRef('denied_tokens.until', '<', 'excluded.until'),
        )
        .execute();
      for (const { id } of rows) writing.changed({ kind: 'token', id });
    });
    await inPortions(former.approvals, async (rows) => {
      await writing.query
        .insertInto('approvals')
        .values(rows)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    });
    await inPortions(former.grants, async (rows) => {
      await writing.query
        .insertInto('grants')
        .values(rows)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    });
  });
}

async function importPrincipals({ query, changed }: Writing, rows: FormerState['principals']): Promise<void> {
  await query
    .insertInto('principals')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((row) => ({
          disabled: row.ref('excluded.disabled'),
          changed_by: row.ref('excluded.changed_by'),
          changed_at: row.ref('excluded.changed_at'),
        }))
        .where('excluded.disabled', '<>', 0),
    )
    .execute();
  for (const { id } of rows) changed({ kind: 'principal', id });
}

async function inPortions<T>(rows: readonly T[], insert: (portion: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < rows.length; from += portion) await insert(rows.slice(from, from + portion));
}

/** Times the columns of the widest table: below the number of parameters that servers take. */
const portion = 500;
