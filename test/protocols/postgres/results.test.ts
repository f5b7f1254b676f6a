import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellMask } from '../../../src/core/cell-mask.ts';
import type { ResultVerdict } from '../../../src/core/question.ts';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { type Judgement, judgeByText, PgSession, statementId } from '../../support/pg-session.ts';
import { stars } from '../../support/stars.ts';

const columns = be.fields([
  { name: 'id', type: 23 },
  { name: 'ssn', table: 100, number: 3, format: 1 },
]);
const row = be.row(['1', '123-45-6789']);
const masked = be.row(['1', '***********']);

function judging(masks: readonly (CellMask | null)[] | null): Judgement {
  return { result: () => ({ kind: 'rows', masks }) };
}

const ending: Judgement = {
  result: (): ResultVerdict => ({ kind: 'end', denial: { code: 'analysis_contradicted', message: 'that is not it' } }),
};

const resultQuestions = (session: PgSession) => session.out.asked.filter((asked) => asked.kind === 'result');
const masks = [null, stars];
const start = (...between: readonly Buffer[]) => [fe.parse('', 'watch'), fe.bind('', ''), ...between, fe.execute('')];

test('a watched simple query: the description is asked about, then rows are masked', () => {
  const session = PgSession.open({ judgement: judging(masks) }).client(fe.query('watch'));
  session.server(columns, row, be.row([null, null]), row, be.complete('SELECT 3'), be.ready('I'));
  const expected = [columns, masked, be.row([null, null]), masked, be.complete('SELECT 3'), be.ready('I')];
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(expected));
  assert.deepEqual(resultQuestions(session)[0]?.question, {
    execution: { id: 'stm_1', watched: true, ruling: null, copy: null, maxRows: null },
    columns: [
      { name: 'id', tableOid: 0, number: 0, typeOid: 23, format: 0 },
      { name: 'ssn', tableOid: 100, number: 3, typeOid: 25, format: 1 },
    ],
  });
  assert.deepEqual(session.out.facts[0], {
    kind: 'completed',
    execution: { id: 'stm_1', watched: true, ruling: null, copy: null, maxRows: null },
    outcome: {
      result: 'completed',
      sqlstate: null,
      tag: 'SELECT',
      rows: 3,
      bytes: 2 * masked.length + be.row([null, null]).length,
      masked: [0, 2],
    },
  });
});

test('nothing of a result leaves before its verdict', () => {
  const session = PgSession.open({ judgement: judging(masks), prompt: false }).client(fe.query('watch'));
  session.answer();
  session.server(columns, row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(session.out.bytes('client').length, 0);
  assert.equal(session.machine.wants('server'), false);
  assert.equal(session.machine.wants('client'), true);
  session.answer();
  assert.equal(typesOf(session.out.bytes('client')), 'TDCZ');
});

test('a result verdict that ends: neither rows nor their description leave', () => {
  for (const messages of [[fe.query('watch')], [...start(), fe.sync], [...start(fe.describe('P', '')), fe.sync]]) {
    const session = PgSession.open({ judgement: ending }).client(...messages);
    if (messages.length > 1) session.server(be.parseComplete, be.bindComplete);
    session.server(columns, row, be.complete('SELECT 1'));
    assert.match(typesOf(session.out.bytes('client')), /^(12)?E$/);
    assert.equal(errorOf(session.out.bytes('client')).S, 'FATAL');
    assert.equal(session.out.closed?.kind, 'denied');
  }
});

test('an execute without a Describe gets one of ours, whose answer is swallowed', () => {
  const session = PgSession.open({ judgement: judging(masks) }).client(...start(), fe.sync);
  const sent = Buffer.concat([...start().slice(0, 2), fe.describe('P', ''), fe.execute(''), fe.sync]);
  assert.deepEqual(session.out.bytes('server'), sent);
  session.server(be.parseComplete, be.bindComplete, columns, row, be.complete('SELECT 1'), be.ready('I'));
  const expected = [be.parseComplete, be.bindComplete, masked, be.complete('SELECT 1'), be.ready('I')];
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(expected));
});

test('the Describe of a statement does not stand for that of a portal', () => {
  const session = PgSession.open({ judgement: judging(masks) });
  session.client(fe.parse('s', 'watch'), fe.describe('S', 's'), fe.sync);
  session.server(be.parseComplete, be.parameters(), columns, be.ready('I'));
  session.client(fe.bind('', 's'), fe.execute(''), fe.sync);
  session.server(be.bindComplete, columns, row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('server')), 'PDSBDES');
  assert.equal(typesOf(session.out.bytes('client')), '1tTZ2DCZ');
  assert.ok(!session.out.bytes('client').includes('123-45'));
});

test('executed again without a Describe: masked again, and asked again only when the description differs', () => {
  const session = PgSession.open({ judgement: judging(masks) }).client(fe.parse('s', 'watch'), fe.sync);
  session.server(be.parseComplete, be.ready('I'));
  const other = be.fields([
    { name: 'id', type: 23 },
    { name: 'ssn', table: 200, number: 3 },
  ]);
  for (const [description, questions] of [
    [columns, 1],
    [columns, 1],
    [other, 2],
    [other, 2],
    [columns, 3],
  ] as const) {
    session.out.take('client');
    session.client(fe.bind('', 's'), fe.execute(''), fe.sync);
    session.server(be.bindComplete, description, row, be.complete('SELECT 1'), be.ready('I'));
    assert.deepEqual(session.out.bytes('client').subarray(5, 5 + masked.length), masked);
    assert.equal(resultQuestions(session).length, questions);
  }
});

test('a description that came before the decision is asked about before the first row', () => {
  const session = PgSession.open({ judgement: judging(masks) });
  session.client(fe.parse('', 'watch'), fe.bind('', ''), fe.describe('P', ''), fe.flush);
  session.server(be.parseComplete, be.bindComplete, columns);
  assert.equal(typesOf(session.out.bytes('client')), '12T');
  assert.equal(resultQuestions(session).length, 0);
  session.client(fe.execute(''), fe.sync).server(row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(resultQuestions(session).length, 1);
  assert.equal(typesOf(session.out.bytes('server')), 'PBDHES');
  const expected = [be.parseComplete, be.bindComplete, columns, masked, be.complete('SELECT 1'), be.ready('I')];
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(expected));
});

test('a suspended portal stays masked, across Syncs too', () => {
  const session = PgSession.open({ judgement: judging(masks) });
  session.client(fe.query('begin')).server(be.complete('BEGIN'), be.ready('T'));
  session.client(fe.parse('', 'watch'), fe.bind('p', ''), fe.execute('p', 1), fe.sync);
  session.server(be.parseComplete, be.bindComplete, columns, row, be.suspended, be.ready('T'));
  session.client(fe.execute('p', 1), fe.sync).server(row, be.suspended, be.ready('T'));
  assert.ok(!session.out.bytes('client').includes('123-45'));
  assert.equal(typesOf(session.out.bytes('client')), 'CZ12DsZDsZ');
  assert.equal(resultQuestions(session).length, 1);
});

test('a portal that is described anew is asked about anew', () => {
  const session = PgSession.open({ judgement: judging(masks) });
  const other = be.fields([
    { name: 'ssn', table: 100, number: 3 },
    { name: 'id', type: 23 },
  ]);
  session.client(...start(fe.describe('P', '')), fe.flush);
  session.server(be.parseComplete, be.bindComplete, columns, be.complete('SELECT 0'));
  session.client(fe.describe('P', ''), fe.flush).server(other);
  session.client(fe.execute(''), fe.sync).server(row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(resultQuestions(session).length, 2);
});

test('a portal that was executed unwatched is described again when it is watched', () => {
  const judgement: Judgement = {
    ...judging(masks),
    statement: (question, number) => {
      const verdict = judgeByText(question, number);
      if (verdict.kind !== 'forward' || question.step !== 'execute') return verdict;
      return {
        ...verdict,
        executions: [{ id: statementId(number), watched: number > 2, ruling: null, copy: null, maxRows: null }],
      };
    },
  };
  const session = PgSession.open({ judgement }).client(...start(fe.describe('P', '')), fe.flush);
  session.server(be.parseComplete, be.bindComplete, columns, be.complete('SELECT 0'));
  session.client(fe.execute(''), fe.sync).server(columns, row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEHDES');
  assert.equal(typesOf(session.out.bytes('client')), '12TCDCZ');
  assert.ok(!session.out.bytes('client').includes('123-45'));
});

test('two described portals in one pipeline keep their own masks', () => {
  const session = PgSession.open({
    judgement: {
      result: (question) => ({ kind: 'rows', masks: question.columns.map((c) => (c.number === 3 ? stars : null)) }),
    },
  });
  const other = be.fields([
    { name: 'ssn', table: 100, number: 3 },
    { name: 'id', type: 23 },
  ]);
  session.client(fe.parse('a', 'watch'), fe.bind('a', 'a'), fe.parse('b', 'watch'), fe.bind('b', 'b'));
  session.client(fe.describe('P', 'a'), fe.describe('P', 'b'), fe.execute('a'), fe.execute('b'), fe.sync);
  session.server(be.parseComplete, be.bindComplete, be.parseComplete, be.bindComplete, columns, other);
  session.server(row, be.complete('SELECT 1'), be.row(['123-45-6789', '1']), be.complete('SELECT 1'), be.ready('I'));
  assert.ok(!session.out.bytes('client').includes('123-45'));
  assert.equal(typesOf(session.out.bytes('client')), '1212TTDCDCZ');
});

test('nothing masked: rows pass as they came', () => {
  for (const nothing of [null, [null, null]]) {
    const session = PgSession.open({ judgement: judging(nothing) }).client(fe.query('watch'));
    const answer = [columns, row, row, be.complete('SELECT 2'), be.ready('I')];
    session.server(...answer);
    assert.deepEqual(session.out.bytes('client'), Buffer.concat(answer));
  }
});

const faults: readonly (readonly [string, readonly Buffer[]])[] = [
  ['too few cells', [columns, be.row(['123-45-6789'])]],
  ['too many cells', [columns, be.row(['1', '123-45-6789', '123-45-6789'])]],
  ['no description', [row]],
  ['a description after the end', [columns, be.complete('SELECT 0'), row]],
];

for (const [name, answer] of faults) {
  test(`rows of a watched query with ${name} end the session`, () => {
    const session = PgSession.open({ judgement: judging(masks) })
      .client(fe.query('watch'))
      .server(...answer);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.ok(!session.out.bytes('client').includes('123-45'));
  });
}

test('rows for a portal that was said to have none end the session', () => {
  const session = PgSession.open({ judgement: judging(masks) }).client(...start(), fe.sync);
  session.server(be.parseComplete, be.bindComplete, be.noData, row);
  assert.equal(session.out.closed?.kind, 'denied');
  assert.equal(typesOf(session.out.bytes('client')), '12E');
});

test('a watched execution without rows', () => {
  const session = PgSession.open({ judgement: judging(masks) }).client(...start(), fe.sync);
  session.server(be.parseComplete, be.bindComplete, be.noData, be.complete('UPDATE 2'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12CZ');
  assert.equal(resultQuestions(session).length, 0);
});

test('a masked row above maskedRowBytes ends the session, also in pieces', () => {
  for (const size of [1000, 7]) {
    const session = PgSession.open({ judgement: judging(masks), limits: { maskedRowBytes: 64 } });
    session.client(fe.query('watch')).server(columns, row);
    const long = be.row(['1', '123-45-6789'.repeat(6)]);
    for (let at = 0; at < long.length && session.out.closed === null; at += size) {
      session.server(long.subarray(at, at + size));
    }
    assert.match(errorOf(session.out.bytes('client')).M ?? '', /maskedRowBytes/);
    assert.equal(typesOf(session.out.bytes('client')), 'TDE');
  }
});

test('a verdict with the wrong number of masks is a bug and closes without a row', () => {
  const session = PgSession.open({ judgement: judging([stars]) })
    .client(fe.query('watch'))
    .server(columns, row);
  assert.equal(session.out.closed?.kind, 'bug');
  assert.equal(errorOf(session.out.bytes('client')).C, 'XX000');
});

test('a statement that is ruled on anew is asked about anew, however alike its rows are described', () => {
  const judgement: Judgement = {
    ...judging(masks),
    statement: (question, number) => {
      const verdict = judgeByText(question, number);
      if (verdict.kind !== 'forward' || question.step !== 'execute') return verdict;
      return {
        ...verdict,
        executions: [{ id: statementId(number), watched: true, ruling: {}, copy: null, maxRows: null }],
      };
    },
  };
  const session = PgSession.open({ judgement }).client(...start(), fe.sync);
  session.server(be.parseComplete, be.bindComplete, columns, row, be.complete('SELECT 1'), be.ready('I'));
  session.client(fe.bind('', ''), fe.execute(''), fe.sync);
  session.server(be.bindComplete, columns, row, be.complete('SELECT 1'), be.ready('I'));
  assert.equal(resultQuestions(session).length, 2);
});
