import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Replies, type Slot } from '../../../src/protocols/postgres/replies.ts';

test('slots come out in the order they went in, however long the queue never runs dry', () => {
  const replies = new Replies();
  const slots: Slot[] = Array.from({ length: 5000 }, () => ({ kind: 'describe-statement', parameters: false }));
  const seen: (Slot | undefined)[] = [];
  for (const [at, slot] of slots.entries()) {
    replies.push(slot);
    if (at < 700) continue;
    seen.push(replies.head);
    replies.shift();
    assert.equal(replies.length, 700);
  }
  while (replies.head !== undefined) {
    seen.push(replies.head);
    replies.shift();
  }
  assert.ok(seen.every((slot, at) => slot === slots[at]));
  assert.equal(seen.length, slots.length);
  assert.equal(replies.length, 0);
});
