import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession, type SessionOptions } from '../../support/pg-session.ts';

type Step = readonly ['client' | 'server', ...Buffer[]];

/** Plays a script, in pieces of so many bytes; answers wait for the end of each step where they are late. */
function play(script: readonly Step[], options: SessionOptions = {}, piece = 65_536): PgSession {
  const session = PgSession.open(options);
  for (const [side, ...messages] of script) {
    const bytes = Buffer.concat(messages);
    for (let at = 0; at < bytes.length; at += piece) session[side](bytes.subarray(at, at + piece));
    while (session.answer());
  }
  return session;
}

const outcomes = (session: PgSession) =>
  session.out.facts.flatMap((fact) => (fact.kind === 'completed' ? [fact.outcome] : []));

const started = [fe.parse('', 'copyin t'), fe.bind('', ''), fe.execute('')];
const begun = [be.parseComplete, be.bindComplete, be.copyIn];
const lines = [fe.copyData('1\tone\n'), fe.copyData(''), fe.copyData('2\ttwo\n3\t')];
const rows = [be.copyData('1\tone\n'), be.copyData('2\ttwo\n')];
const size = (messages: readonly Buffer[]) => Buffer.concat(messages).length;
const done = { result: 'completed', sqlstate: null, tag: 'COPY', masked: null } as const;

interface Golden {
  readonly name: string;
  readonly script: readonly Step[];
  readonly toServer: readonly Buffer[];
  readonly toClient: readonly Buffer[];
  readonly outcome: { readonly rows: number; readonly bytes: number };
}

const golden: readonly Golden[] = [
  {
    name: 'out, simple',
    script: [
      ['client', fe.query('copyout t')],
      ['server', be.copyOut, ...rows, be.copyDone, be.complete('COPY 2'), be.ready('I')],
    ],
    toServer: [fe.query('copyout t')],
    toClient: [be.copyOut, ...rows, be.copyDone, be.complete('COPY 2'), be.ready('I')],
    outcome: { rows: 2, bytes: size(rows) },
  },
  {
    name: 'out, extended',
    script: [
      ['client', fe.parse('', 'copyout t'), fe.bind('', ''), fe.execute(''), fe.sync],
      ['server', be.parseComplete, be.bindComplete, be.copyOut, ...rows, be.copyDone, be.complete('COPY 2')],
      ['server', be.ready('I')],
    ],
    toServer: [fe.parse('', 'copyout t'), fe.bind('', ''), fe.execute(''), fe.sync],
    toClient: [
      be.parseComplete,
      be.bindComplete,
      be.copyOut,
      ...rows,
      be.copyDone,
      be.complete('COPY 2'),
      be.ready('I'),
    ],
    outcome: { rows: 2, bytes: size(rows) },
  },
  {
    name: 'in, simple',
    script: [
      ['client', fe.query('copyin t')],
      ['server', be.copyIn],
      ['client', ...lines, fe.copyDone],
      ['server', be.complete('COPY 3'), be.ready('T')],
    ],
    toServer: [fe.query('copyin t'), ...lines, fe.copyDone],
    toClient: [be.copyIn, be.complete('COPY 3'), be.ready('T')],
    outcome: { rows: 3, bytes: size(lines) },
  },
  {
    name: 'in, extended: Flush and the Sync before the end are ignored, so that there is one ReadyForQuery',
    script: [
      ['client', ...started, fe.sync],
      ['server', ...begun],
      ['client', fe.flush, ...lines, fe.sync, fe.flush, fe.copyDone, fe.sync],
      ['server', be.complete('COPY 3'), be.ready('I')],
    ],
    toServer: [...started, ...lines, fe.copyDone, fe.sync],
    toClient: [...begun, be.complete('COPY 3'), be.ready('I')],
    outcome: { rows: 3, bytes: size(lines) },
  },
  {
    name: 'in, pipelined before anybody has answered',
    script: [
      ['client', fe.query('copyin t'), ...lines, fe.copyDone],
      ['server', be.copyIn],
      ['server', be.complete('COPY 3'), be.ready('I')],
    ],
    toServer: [fe.query('copyin t'), ...lines, fe.copyDone],
    toClient: [be.copyIn, be.complete('COPY 3'), be.ready('I')],
    outcome: { rows: 3, bytes: size(lines) },
  },
];

for (const { name, script, toServer, toClient, outcome } of golden) {
  for (const prompt of [true, false]) {
    test(`copy ${name}; ${prompt ? 'cut everywhere' : 'decided late'}`, () => {
      const lengths = script.map(([, ...messages]) => size(messages));
      for (let piece = 1; piece <= Math.max(...lengths); piece += 1) {
        const session = play(script, { prompt }, piece);
        assert.deepEqual(session.out.bytes('server'), Buffer.concat(toServer), `pieces of ${piece}`);
        assert.deepEqual(session.out.bytes('client'), Buffer.concat(toClient), `pieces of ${piece}`);
        assert.deepEqual(outcomes(session), [{ ...done, ...outcome }]);
        assert.equal(session.machine.phase, 'idle');
      }
    });
  }
}

test('copied data is not gathered: what has arrived of a message leaves', () => {
  const line = fe.copyData('x'.repeat(5000));
  const session = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
  ]);
  session.out.take('server');
  session.client(line.subarray(0, 2000));
  assert.equal(session.out.take('server').length, 2000);
  session.client(line.subarray(2000)).client(fe.copyDone);
  assert.deepEqual(session.out.take('server'), Buffer.concat([line.subarray(2000), fe.copyDone]));
  const out = play([
    ['client', fe.query('copyout t')],
    ['server', be.copyOut],
  ]);
  out.out.take('client');
  out.server(be.copyData('y'.repeat(5000)).subarray(0, 3000));
  assert.equal(out.out.take('client').length, 3000);
});

const failure = be.error('22P04', 'extra data after last expected column');

test('the target fails while the client sends, simple: the rest is swallowed, then the session goes on', () => {
  const session = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
    ['client', fe.copyData('bad\n')],
    ['server', failure, be.ready('I')],
    ['client', ...lines, fe.copyDone, fe.query('select 2')],
    ['server', be.complete('SELECT 0'), be.ready('I')],
  ]);
  assert.deepEqual(
    session.out.bytes('server'),
    Buffer.concat([fe.query('copyin t'), fe.copyData('bad\n'), fe.query('select 2')]),
  );
  assert.equal(typesOf(session.out.bytes('client')), 'GEZCZ');
  assert.deepEqual(outcomes(session)[0], {
    result: 'failed',
    sqlstate: '22P04',
    tag: null,
    rows: 0,
    bytes: fe.copyData('bad\n').length,
    masked: null,
  });
});

test('the target fails in the middle of a message: the message is finished, and nothing behind it is sent', () => {
  const long = fe.copyData('x'.repeat(100));
  const session = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
    ['client', long.subarray(0, 40)],
    ['server', failure, be.ready('I')],
    ['client', long.subarray(40), ...lines, fe.copyDone],
  ]);
  assert.deepEqual(session.out.bytes('server'), Buffer.concat([fe.query('copyin t'), long]));
  assert.equal(session.machine.phase, 'idle');
});

test('behind a copy that failed nothing is asked before the target is ready', () => {
  const session = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
    ['client', fe.copyData('bad\n')],
    ['server', failure],
    ['client', fe.copyDone, fe.query('select 2')],
  ]);
  assert.equal(session.out.asked.length, 1);
  session.server(be.ready('I'));
  assert.equal(session.out.asked.length, 2);
});

test('the target fails while the client sends, extended: swallowed up to Sync', () => {
  for (const late of [false, true]) {
    const rest: Step = ['client', ...lines, fe.copyDone, fe.sync];
    const error: Step = ['server', failure];
    const session = play([
      ['client', ...started],
      ['server', ...begun],
      ['client', fe.copyData('bad\n')],
      ...(late ? [rest, error] : [error, rest]),
      ['server', be.ready('I')],
      ['client', fe.query('select 2')],
      ['server', be.complete('SELECT 0'), be.ready('I')],
    ]);
    const sent = late ? 'PBEddddcSQ' : 'PBEdSQ';
    assert.equal(typesOf(session.out.bytes('server')), sent);
    assert.equal(typesOf(session.out.bytes('client')), '12GEZCZ');
    assert.deepEqual(
      outcomes(session).map(({ result }) => result),
      ['failed', 'completed'],
    );
  }
});

test('the target refuses the copy: what the client sent before it knew is swallowed', () => {
  const session = play([
    ['client', ...started, ...lines, fe.copyDone, fe.sync],
    ['server', be.parseComplete, be.bindComplete, be.error('42501', 'no')],
    ['server', be.ready('I')],
  ]);
  assert.equal(typesOf(session.out.bytes('server')), 'PBES');
  assert.equal(typesOf(session.out.bytes('client')), '12EZ');
  assert.equal(session.machine.phase, 'idle');
});

test('the client gives up with CopyFail', () => {
  const simple = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
    ['client', ...lines, fe.copyFail, fe.query('select 2')],
    ['server', be.error('57014', 'COPY from stdin failed'), be.ready('I')],
    ['server', be.complete('SELECT 0'), be.ready('I')],
  ]);
  assert.equal(typesOf(simple.out.bytes('server')), 'QdddfQ');
  assert.equal(typesOf(simple.out.bytes('client')), 'GEZCZ');
  const extended = play([
    ['client', ...started],
    ['server', ...begun],
    ['client', fe.copyFail, fe.sync],
    ['server', be.error('57014', 'COPY from stdin failed'), be.ready('I')],
  ]);
  assert.equal(typesOf(extended.out.bytes('server')), 'PBEfS');
  assert.equal(typesOf(extended.out.bytes('client')), '12GEZ');
  assert.equal(extended.machine.phase, 'idle');
});

test('a denied copy is answered with the error in place of CopyInResponse, and its data never arrives', () => {
  for (const early of [true, false]) {
    const data: Step = ['client', ...lines, fe.copyDone];
    const error: Step = ['server', be.error('42601', 'syntax error'), be.ready('I')];
    const session = play([['client', fe.query('copyin deny it')], ...(early ? [data, error] : [error, data])]);
    assert.equal(typesOf(session.out.bytes('server')), 'Q');
    assert.equal(errorOf(session.out.bytes('client'))['M'], 'sluice: not that');
    assert.equal(typesOf(session.out.bytes('client')), 'EZ');
    assert.equal(session.machine.phase, 'idle');
  }
});

test('two copies in one query, each with its own data', () => {
  const session = play([
    ['client', fe.query('copyin a; copyin b; select')],
    ['server', be.copyIn],
    ['client', fe.copyData('a'), fe.copyDone, fe.copyData('b'), fe.copyData('b'), fe.copyDone],
    ['server', be.complete('COPY 1'), be.copyIn],
    ['server', be.complete('COPY 2'), be.complete('SELECT 0'), be.ready('I')],
  ]);
  assert.equal(typesOf(session.out.bytes('server')), 'Qdcddc');
  assert.deepEqual(
    outcomes(session).map(({ rows, bytes }) => [rows, bytes]),
    [
      [1, 6],
      [2, 12],
      [0, 0],
    ],
  );
});

test('a pipeline goes on behind a copy', () => {
  const session = play([
    ['client', fe.parse('a', 'select'), fe.bind('', 'a'), fe.execute(''), ...started, ...lines, fe.copyDone],
    ['server', be.parseComplete, be.bindComplete, be.complete('SELECT 0'), ...begun],
    ['client', fe.bind('', 'a'), fe.execute(''), fe.sync],
    ['server', be.complete('COPY 3'), be.bindComplete, be.complete('SELECT 0'), be.ready('I')],
  ]);
  assert.equal(typesOf(session.out.bytes('server')), 'PBEPBEdddcBES');
  assert.equal(typesOf(session.out.bytes('client')), '12C12GC2CZ');
});

test('a watched copy is described first, since every watched execution is, and the answer is swallowed', () => {
  const session = play([
    ['client', fe.parse('', 'copyin watch'), fe.bind('', ''), fe.execute('')],
    ['server', be.parseComplete, be.bindComplete, be.noData, be.copyIn],
    ['client', ...lines, fe.copyDone, fe.sync],
    ['server', be.complete('COPY 3'), be.ready('I')],
  ]);
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEdddcS');
  assert.equal(typesOf(session.out.bytes('client')), '12GCZ');
});

test('what is said of an error in a copy is rebuilt where the connection protects something', () => {
  const quoting = be.error('22P02', 'invalid input syntax', { W: 'COPY patients, line 1, column id: "900-55-7391"' });
  const session = play(
    [
      ['client', fe.query('copyin t')],
      ['server', be.copyIn],
      ['client', ...lines, fe.copyDone],
      ['server', quoting, be.ready('I')],
    ],
    { route: { scrub: true } },
  );
  assert.doesNotMatch(session.out.bytes('client').toString('latin1'), /900-55-7391|COPY patients/);
  assert.equal(errorOf(session.out.bytes('client'))['C'], '22P02');
});

test('a client that leaves in the middle of its data', () => {
  const session = play([
    ['client', fe.query('copyin t')],
    ['server', be.copyIn],
    ['client', ...lines, fe.terminate],
  ]);
  assert.equal(typesOf(session.out.bytes('server')), 'QdddX');
  assert.equal(session.out.closed?.kind, 'client-left');
});

const contradictions: readonly (readonly [string, readonly Step[]])[] = [
  [
    'rows of a copy for a statement that is none',
    [
      ['client', fe.query('select')],
      ['server', be.copyOut],
    ],
  ],
  [
    'a wish for data by a statement that is none',
    [
      ['client', fe.query('select')],
      ['server', be.copyIn],
    ],
  ],
  [
    'rows for a copy of the client’s data',
    [
      ['client', fe.query('copyin t')],
      ['server', be.copyOut],
    ],
  ],
  [
    'a wish for data by a copy of rows',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyIn],
    ],
  ],
  [
    'copied rows before they are announced',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyData('secret')],
    ],
  ],
  ['copied rows that nobody asked for', [['server', be.copyData('secret')]]],
  [
    'copied rows while the client sends',
    [
      ['client', fe.query('copyin t')],
      ['server', be.copyIn, be.copyData('secret')],
    ],
  ],
  [
    'copied rows behind their end',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyOut, be.copyDone, be.copyData('secret')],
    ],
  ],
  [
    'a second end',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyOut, be.copyDone, be.copyDone],
    ],
  ],
  [
    'the end of a copy without the end of its rows',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyOut, be.complete('COPY 1')],
    ],
  ],
  [
    'the end of a copy before that of its data',
    [
      ['client', fe.query('copyin t')],
      ['server', be.copyIn, be.complete('COPY 1')],
    ],
  ],
  [
    'replication',
    [
      ['client', fe.query('copyout t')],
      ['server', be.copyBoth],
    ],
  ],
];

for (const [name, script] of contradictions) {
  test(`the session ends on ${name}, and none of it leaves`, () => {
    const session = play(script);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.match(typesOf(session.out.bytes('client')), /^[GH]?c?E$/);
    assert.doesNotMatch(session.out.bytes('client').toString('latin1'), /secret/);
  });
}

for (const [name, message] of [
  ['a query', fe.query('select 1')],
  ['a Parse', fe.parse('', 'select 1')],
  ['an Execute', fe.execute('')],
  ['an overlong end', Buffer.concat([Buffer.from('c'), Buffer.from([0, 0, 0x40, 0]), Buffer.alloc(0x4000 - 4)])],
] as const) {
  test(`${name} in the middle of copied data ends the session, and none of it is sent`, () => {
    const session = play([
      ['client', fe.query('copyin t')],
      ['server', be.copyIn],
      ['client', ...lines, message],
    ]);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.equal(typesOf(session.out.bytes('server')), 'Qddd');
    assert.equal(errorOf(session.out.bytes('client'))['C'], '08P01');
  });
}
