import assert from 'node:assert/strict';
import { test } from 'node:test';
import { principalId } from '../../src/core/principal.ts';
import { TicketPlaces } from '../../src/engine/ticket-places.ts';

const etl = principalId('ci', 'etl');
const agent = principalId('ci', 'agent');

test('what is being issued counts, per principal, and is given back', () => {
  const places = new TicketPlaces(3);
  assert.deepEqual([places.take(etl, 1), places.take(etl, 1), places.take(etl, 1)], [true, true, false]);
  assert.equal(places.take(agent, 0), true);
  places.release(etl);
  assert.equal(places.take(etl, 2), false, 'one is issued, one is being issued');
  places.release(etl);
  assert.deepEqual([places.take(etl, 2), places.take(etl, 2)], [true, false]);
  assert.equal(places.take(agent, 2), false);
});
