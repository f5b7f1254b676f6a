import assert from 'node:assert/strict';
import { createHmac, hash, pbkdf2Sync } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { type Instant, instant } from '../../src/base/clock.ts';
import { newTicketId, type TicketId } from '../../src/core/ids.ts';
import { type PrincipalId, unknownOrigin } from '../../src/core/principal.ts';
import { newTicket, type Ticket, ticketIdOf } from '../../src/identity/ticket.ts';
import { deriveDecoyKey, TicketVerifier } from '../../src/identity/ticket-verifier.ts';
import type { HeldTicket, Tickets } from '../../src/identity/tickets.ts';
import { TestClock } from './fixture.ts';

class TicketsInMemory implements Tickets {
  readonly held = new Map<TicketId, HeldTicket>();
  /** By another instance: found after a refresh. */
  issued: Ticket | null = null;

  async add(ticket: Ticket): Promise<void> {
    this.held.set(ticket.id, { ticket, revoked: null });
  }

  find(id: TicketId): HeldTicket | null {
    return this.held.get(id) ?? null;
  }

  refresh(): Promise<void> | null {
    const { issued } = this;
    if (issued === null) return null;
    this.issued = null;
    return this.add(issued);
  }

  async revoke(id: TicketId, by: PrincipalId, at: Instant): Promise<void> {
    const held = this.find(id);
    if (held !== null) this.held.set(id, { ...held, revoked: { by, at } });
  }

  all(): readonly HeldTicket[] {
    return [...this.held.values()];
  }

  of(): readonly HeldTicket[] {
    return this.all();
  }
}

const principal = {
  id: 'demo/etl' as PrincipalId,
  kind: 'workload',
  display: 'etl',
  issuer: 'demo',
  groups: ['pipelines'],
  nature: 'service',
  origin: unknownOrigin,
  onBehalfOf: null,
} as const;

const rootSecret = Buffer.alloc(32, 1);

describe('a ticket', () => {
  let clock: TestClock;
  let tickets: TicketsInMemory;
  let verifier: TicketVerifier;
  let ticket: Ticket;
  let text: string;

  beforeEach(async () => {
    clock = new TestClock();
    tickets = new TicketsInMemory();
    verifier = new TicketVerifier(tickets, clock, deriveDecoyKey(rootSecret, 'general-hospital'));
    const grant = { principal, sources: [], connection: null, authenticatedAt: null };
    ({ ticket, text } = await newTicket(newTicketId(clock), grant, clock.now(), 60_000));
    await tickets.add(ticket);
  });

  test('is short, names itself, and keeps what SCRAM needs and no secret', () => {
    assert.ok(text.length <= 100, `${text.length}`);
    assert.equal(ticketIdOf(text), ticket.id);
    const { salt, iterations, storedKey, serverKey } = ticket.verifier;
    // RFC 5802, section 3, spelt out.
    const salted = pbkdf2Sync(text, salt, iterations, 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    assert.equal(storedKey.toString('hex'), hash('sha256', clientKey, 'hex'));
    assert.deepEqual(serverKey, createHmac('sha256', salted).update('Server Key').digest());
    assert.equal(iterations, 4096);
    assert.ok(!JSON.stringify(ticket).includes(text.slice(text.indexOf('.') + 1)));
  });

  test('is presented or proven until it expires', async () => {
    for (const answer of [await verifier.present(text), await verifier.present(text), verifier.proven(ticket.id)]) {
      assert.ok(answer.ok);
      assert.deepEqual(answer.value.principal, principal);
      assert.deepEqual(answer.value.presented, {
        kind: 'ticket',
        tokenId: ticket.id,
        issuedAt: clock.now(),
        expiresAt: instant(clock.now() + 60_000_000),
        authenticatedAt: null,
      });
    }
    clock.seconds += 59;
    assert.ok((await verifier.present(text)).ok);
    clock.seconds += 1;
    for (const late of [await verifier.present(text), verifier.proven(ticket.id)]) {
      assert.ok(!late.ok);
      assert.equal(late.error.message, 'the ticket expired 0 seconds ago');
    }
  });

  test('of another instance is found, though the word of it has not come yet', async () => {
    const grant = { principal, sources: [], connection: null, authenticatedAt: null };
    const other = await newTicket(newTicketId(clock), grant, clock.now(), 60_000);
    tickets.issued = other.ticket;
    assert.ok((await verifier.present(other.text)).ok);
  });

  test('is refused once revoked, also where its secret is remembered', async () => {
    assert.ok((await verifier.present(text)).ok);
    await tickets.revoke(ticket.id, principal.id, clock.now());
    for (const answer of [await verifier.present(text), verifier.proven(ticket.id)]) {
      assert.ok(!answer.ok);
      assert.equal(answer.error.message, `ticket ${ticket.id} was revoked`);
    }
  });

  test('is refused with another secret, even of another ticket', async () => {
    const grant = { principal, sources: [], connection: null, authenticatedAt: null };
    const other = await newTicket(newTicketId(clock), grant, clock.now(), 60_000);
    await tickets.add(other.ticket);
    const secret = other.text.slice(other.text.indexOf('.') + 1);
    for (const forged of [`slt_${ticket.id}.${secret}`, text.slice(0, -1), `${text} `, 'slt_', ticket.id]) {
      const answer = await verifier.present(forged);
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, 'token_refused');
      assert.equal(answer.error.message, 'the ticket is not known here, or its secret is wrong');
    }
  });

  test('that does not exist has the same decoy after a restart, and another one elsewhere', () => {
    const decoy = (secret: Buffer, tenant: string) =>
      new TicketVerifier(tickets, clock, deriveDecoyKey(secret, tenant)).verifier('postgres');
    const before = verifier.verifier('postgres');
    assert.deepEqual(decoy(Buffer.from(rootSecret), 'general-hospital'), before);
    assert.notDeepEqual(decoy(rootSecret, 'another-hospital').salt, before.salt);
    assert.notDeepEqual(decoy(Buffer.alloc(32, 2), 'general-hospital').salt, before.salt);
  });

  test('that opens nothing has a decoy: stable for a name, of the same shape, and nobody has its secret', async () => {
    assert.equal(verifier.verifier(ticket.id), ticket.verifier);
    const names = ['postgres', '', 'tkt_00000000-0000-7000-8000-000000000000', 'x'.repeat(500)];
    const decoys = names.map((name) => verifier.verifier(name));
    for (const [at, decoy] of decoys.entries()) {
      assert.deepEqual(verifier.verifier(names[at] ?? ''), decoy);
      assert.deepEqual(
        [decoy.salt.length, decoy.iterations, decoy.storedKey.length, decoy.serverKey.length],
        [16, ticket.verifier.iterations, 32, 32],
      );
    }
    assert.equal(new Set(decoys.map(({ salt }) => salt.toString('hex'))).size, names.length);
    const good = ticket.verifier;
    await tickets.revoke(ticket.id, principal.id, clock.now());
    const revoked = verifier.verifier(ticket.id);
    assert.notDeepEqual(revoked.storedKey, good.storedKey);
    assert.deepEqual(revoked.salt, good.salt, 'whoever asks again learns nothing of the revocation');
  });
});
