import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLimits } from '../../../src/core/limits.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, fe, messagesOf } from '../../support/pg-bytes.ts';
import { conversation, cut } from '../../support/pg-conversations.ts';
import { cancelKey, PgSession, reported, route } from '../../support/pg-session.ts';
import { stars } from '../../support/stars.ts';
import { Transcript } from '../../support/transcript.ts';

const garbage = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const places = fc.array(fc.nat(), { maxLength: 6 });
const limits = { ...defaultLimits, bindBytes: 10_000, collectBytes: 10_000 };

/** Bytes with a few of them changed, taken out or doubled. */
function mutated(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'drop', 'double'));
  return fc.tuple(valid, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([bytes, edits]) => {
    let result = Buffer.from(bytes);
    for (const [place, value, kind] of edits) {
      const at = place % Math.max(1, result.length);
      if (kind === 'set') result[at] = value;
      else result = Buffer.concat([result.subarray(0, at + (kind === 'double' ? 5 : 0)), result.subarray(at + 1)]);
    }
    return result;
  });
}

test('a client that sends anything gets nothing through that was not decided, and never finds a bug', () => {
  const bytes = fc.oneof(garbage, mutated(conversation.map((messages) => Buffer.concat(messages))));
  fc.assert(
    fc.property(bytes, places, (sent, cuts) => {
      const texts: string[] = [];
      const session = PgSession.open({ limits: { bindBytes: 10_000 } });
      for (const chunk of cut(sent, cuts)) session.client(chunk);
      assert.notEqual(session.out.closed?.kind, 'bug');
      for (const asked of session.out.asked) {
        if (asked.kind === 'statement' && asked.question.step !== 'execute')
          texts.push(asked.question.text.toString('latin1'));
      }
      for (const { type, body } of messagesOf(session.out.bytes('server'))) {
        if (type !== 'Q' && type !== 'P') continue;
        const text = body.toString('latin1').split('\0')[type === 'Q' ? 0 : 1] ?? '';
        assert.ok(text.startsWith('sluice: denied') || texts.includes(text), 'a text left that was not asked about');
        assert.ok(!text.includes('deny '), 'a denied text left');
      }
    }),
    { numRuns: 3000 },
  );
});

const cellText = '123-45-6789';
const shape = be.fields([{ name: 'id' }, { name: 'ssn', table: 9, number: 2 }]);
const rows = [be.row(['1', cellText]), be.row([null, cellText]), be.row(['3', null])];
const simple = Buffer.concat([shape, ...rows, be.complete('SELECT 3'), be.ready('I')]);
const extended = Buffer.concat([be.parseComplete, be.bindComplete, simple]);
const answers = fc.oneof(
  garbage,
  mutated(fc.constant(simple)),
  mutated(fc.constant(extended)),
  mutated(
    fc.constant(Buffer.concat([be.notice('01000', 'x'), be.error('22012', cellText, { D: cellText }), be.ready('I')])),
  ),
);
const asking: readonly (readonly Buffer[])[] = [
  [fe.query('watch')],
  [fe.parse('', 'watch'), fe.bind('', ''), fe.execute(''), fe.sync],
  [],
];

test('a target that sends anything never finds a bug, and no row leaves without its verdict', () => {
  fc.assert(
    fc.property(answers, places, fc.constantFrom(...asking), (sent, cuts, question) => {
      const verdicts = { asked: 0 };
      const judgement = {
        result: (asked: { readonly columns: readonly unknown[] }) => {
          verdicts.asked += 1;
          return { kind: 'rows', masks: asked.columns.map(() => stars) } as const;
        },
      };
      const session = PgSession.open({ judgement, route: { scrub: true } }).client(...question);
      for (const chunk of cut(sent, cuts)) session.server(chunk);
      assert.notEqual(session.out.closed?.kind, 'bug');
      const left = messagesOf(session.out.bytes('client'));
      if (left.some(({ type }) => type === 'D')) assert.ok(verdicts.asked > 0);
      for (const { type, body } of left) {
        if (type === 'D') assert.ok(!body.includes('-45-'), 'a cell left as it was');
        if (type === 'E' || type === 'N') assert.ok(!body.includes('-45-'), 'a report left as it was');
      }
    }),
    { numRuns: 3000 },
  );
});

test('anything in an opening, from either side, never finds a bug and lets nobody in', () => {
  const start = Buffer.concat([fe.startup({ user: 'x', database: 'clinic', options: '-c a=b' }), fe.password('t')]);
  const opening = Buffer.concat([be.authOk, ...reported, be.key(1)]);
  const client = fc.oneof(garbage, mutated(fc.constant(start)), fc.constant(start));
  const server = fc.oneof(garbage, mutated(fc.constant(opening)));
  fc.assert(
    fc.property(client, server, places, (fromClient, fromServer, cuts) => {
      const machine = postgres.machine({ limits, tls: false, auth: 'token', cancelKey });
      const out = new Transcript();
      for (const chunk of cut(fromClient, cuts)) if (machine.wants('client')) machine.receive('client', chunk, out);
      const login = out.asked[0];
      if (login?.kind === 'login') {
        machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'accept', route } }, out);
        machine.connected(out);
        for (const chunk of cut(fromServer, cuts)) if (machine.wants('server')) machine.receive('server', chunk, out);
      }
      assert.notEqual(out.closed?.kind, 'bug');
      assert.ok(!out.bytes('client').includes(be.ready('I')));
    }),
    { numRuns: 3000 },
  );
});
