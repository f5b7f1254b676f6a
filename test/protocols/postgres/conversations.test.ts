import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fe, messagesOf } from '../../support/pg-bytes.ts';
import { conversation, cut } from '../../support/pg-conversations.ts';
import { judgeByText, PgSession, type SessionOptions, textOf } from '../../support/pg-session.ts';
import { cell, PgTarget } from '../../support/pg-target.ts';
import { stars } from '../../support/stars.ts';

interface Told {
  readonly client: Buffer;
  readonly server: Buffer;
  readonly session: PgSession;
  readonly target: PgTarget;
  /** Texts whose execution was decided, in order. */
  readonly decided: readonly string[];
}

/** Lets everyone talk until nobody has anything to say; `late` tells how often the answers wait. */
function talk(chunks: readonly Buffer[], options: SessionOptions, targetCuts: readonly number[] = []): Told {
  const target = new PgTarget();
  const decided: string[] = [];
  const judgement = {
    statement: (...[question, number]: Parameters<typeof judgeByText>) => {
      const verdict = judgeByText(question, number);
      if (verdict.kind === 'forward' && question.step === 'execute') decided.push(textOf(question.prepared));
      if (verdict.kind === 'forward' && question.step === 'simple') decided.push(...parts(question.text.toString()));
      return verdict;
    },
    result: () => ({ kind: 'rows', masks: [null, stars] }) as const,
  };
  const session = PgSession.open({ judgement, ...options });
  const server: Buffer[] = [];
  const client: Buffer[] = [];
  const settle = () => {
    for (;;) {
      client.push(session.out.take('client'));
      const sent = session.out.take('server');
      if (sent.length === 0) return;
      server.push(sent);
      for (const part of cut(target.receive(sent), targetCuts)) session.server(part);
    }
  };
  for (const chunk of chunks) {
    session.client(chunk);
    settle();
  }
  while (session.answer()) settle();
  return { client: Buffer.concat(client), server: Buffer.concat(server), session, target, decided };
}

function parts(text: string): readonly string[] {
  return text.split(';').filter((part) => part.trim() !== '');
}

const direct = (messages: readonly Buffer[]) => new PgTarget().receive(Buffer.concat(messages));
const allowing: SessionOptions = {
  judgement: {
    statement: (question, number) => {
      const verdict = judgeByText(question, number);
      if (verdict.kind === 'deny') throw new Error('this conversation is never denied');
      return verdict;
    },
    result: () => ({ kind: 'rows', masks: null }),
  },
};
const places = fc.array(fc.nat(), { maxLength: 12 });
const harmless = conversation.filter((messages) => !Buffer.concat(messages).includes('deny'));

/** Our refusals carry our own words where the target's would stand; types and SQLSTATEs are the same. */
function shape(bytes: Buffer): readonly string[] {
  return messagesOf(bytes).map(({ type, body }) =>
    type === 'E' ? `E ${/\0C(.{5})\0/.exec(body.toString('latin1'))?.[1]}` : `${type} ${body.toString('latin1')}`,
  );
}

test('allowed, a conversation is the same as without Sluice, pipelined as it comes', () => {
  fc.assert(
    fc.property(harmless, places, places, (messages, cuts, targetCuts) => {
      const told = talk(cut(Buffer.concat(messages), cuts), allowing, targetCuts);
      assert.equal(told.session.out.closed, null);
      assert.deepEqual(shape(told.client), shape(direct(messages)));
      assert.equal(told.session.machine.phase, 'idle');
    }),
    { numRuns: 1500 },
  );
});

test('whatever comes: what is denied never arrives, what runs was decided, what is watched leaves masked', () => {
  fc.assert(
    fc.property(conversation, places, places, fc.boolean(), (messages, cuts, targetCuts, prompt) => {
      const told = talk(cut(Buffer.concat(messages), cuts), { prompt }, targetCuts);
      assert.equal(told.session.out.closed, null);
      assert.equal(told.session.machine.phase, 'idle');
      assert.ok(!told.server.includes('deny it'));
      const decided = [...told.decided];
      for (const text of told.target.ran) {
        const at = decided.indexOf(text);
        assert.ok(at >= 0, `${text} ran and was not decided`);
        decided.splice(0, at + 1);
      }
      for (const { type, body } of messagesOf(told.client)) {
        if (type === 'D') assert.ok(!body.toString('latin1').includes('watch'), 'a watched row left unmasked');
        if (type === 'D' && !body.includes(cell)) assert.match(body.toString('latin1'), /\*{20}/);
      }
    }),
    { numRuns: 1500 },
  );
});

test('every execution that was decided is told of, in order, and once', () => {
  fc.assert(
    fc.property(conversation, places, (messages, cuts) => {
      const { session } = talk(cut(Buffer.concat(messages), cuts), {});
      const ended: string[] = [];
      for (const fact of session.out.facts) {
        if (fact.kind !== 'completed' || fact.outcome.result === 'suspended') continue;
        ended.push(fact.execution.id);
      }
      assert.deepEqual(ended, [...new Set(ended)]);
    }),
    { numRuns: 500 },
  );
});

test('late answers change nothing', () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const chunks = [Buffer.concat(messages)];
      const prompt = talk(chunks, { prompt: true });
      const late = talk(chunks, { prompt: false });
      assert.deepEqual(shape(late.client), shape(prompt.client));
      assert.deepEqual(late.target.ran, prompt.target.ran);
    }),
    { numRuns: 500 },
  );
});

const long = [
  fe.query('rows 3 watch; update'),
  fe.parse('a', 'rows 3 watch'),
  fe.bind('a', 'a'),
  fe.describe('P', 'a'),
  fe.execute('a', 2),
  fe.execute('a', 2),
  fe.flush,
  fe.sync,
  fe.bind('', 'a'),
  fe.execute(''),
  fe.parse('b', 'deny it'),
  fe.bind('', 'b'),
  fe.sync,
  fe.query('deny it too'),
  fe.close('S', 'a'),
  fe.parse('', 'fail'),
  fe.bind('', ''),
  fe.execute(''),
  fe.sync,
  fe.query('begin'),
  fe.query('settle'),
  fe.query('fail; update'),
  fe.query('commit'),
];

test('every cut on both sides: the same bytes on both sides', () => {
  const bytes = Buffer.concat(long);
  const whole = talk([bytes], {});
  assert.equal(whole.session.out.closed, null);
  assert.ok(whole.client.length > 500);
  for (let at = 1; at < bytes.length; at += 1) {
    const told = talk([bytes.subarray(0, at), bytes.subarray(at)], {}, [at]);
    assert.deepEqual(told.client, whole.client, `cut at ${at}`);
    assert.deepEqual(told.server, whole.server, `cut at ${at}`);
  }
  const single = talk(
    Array.from(bytes, (byte) => Buffer.from([byte])),
    {},
    Array.from({ length: 5000 }, (_, at) => at),
  );
  assert.deepEqual(single.client, whole.client);
  assert.deepEqual(single.server, whole.server);
});
