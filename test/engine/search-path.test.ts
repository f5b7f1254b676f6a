import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/core/fact.ts';
import type { SessionEffect } from '../../src/core/facts.ts';
import type { TransactionStatus } from '../../src/core/question.ts';
import { SearchPath } from '../../src/engine/search-path.ts';

type Step =
  | { readonly run: SessionEffect; readonly tag?: string }
  | { readonly fail: SessionEffect }
  | { readonly suspend: SessionEffect }
  | { readonly report: string }
  | { readonly ready: TransactionStatus; readonly failed?: boolean };

const to = (...path: string[]): SessionEffect => ({ kind: 'search-path', path, local: false });
const local = (...path: string[]): SessionEffect => ({ kind: 'search-path', path, local: true });
const begin: SessionEffect = { kind: 'begin' };
const commit: SessionEffect = { kind: 'commit' };
const rollback: SessionEffect = { kind: 'rollback' };
const opaque: SessionEffect = { kind: 'opaque' };
const savepoint = (name: string): SessionEffect => ({ kind: 'savepoint', name });
const back = (name: string): SessionEffect => ({ kind: 'rollback-to', name });
const release = (name: string): SessionEffect => ({ kind: 'release', name });
const idle: Step = { ready: 'I' };
const inside: Step = { ready: 'T' };

const cases: readonly {
  readonly name: string;
  /** What the target said when the session opened; it says nothing unless given. */
  readonly reports?: string;
  readonly steps: readonly Step[];
  readonly path: 'unknown' | readonly string[];
}[] = [
  { name: 'starts where it was pinned', steps: [idle], path: ['public'] },
  { name: 'SET outside of a transaction stays', steps: [{ run: to('a') }, idle], path: ['a'] },
  { name: 'SET that fails changes nothing', steps: [{ fail: to('a') }, idle], path: ['public'] },
  {
    name: 'RESET goes back to the pinned path',
    steps: [{ run: to('a') }, idle, { run: { kind: 'search-path', path: null, local: false } }, idle],
    path: ['public'],
  },
  {
    name: 'SET is in force inside its transaction',
    steps: [{ run: begin }, inside, { run: to('a') }, inside],
    path: ['a'],
  },
  {
    name: 'COMMIT keeps it',
    steps: [{ run: begin }, inside, { run: to('a') }, inside, { run: commit, tag: 'COMMIT' }, idle],
    path: ['a'],
  },
  {
    name: 'ROLLBACK takes it back',
    steps: [{ run: begin }, inside, { run: to('a') }, inside, { run: rollback, tag: 'ROLLBACK' }, idle],
    path: ['public'],
  },
  {
    name: 'COMMIT of a failed transaction takes it back',
    steps: [{ run: begin }, inside, { run: to('a') }, inside, { run: commit, tag: 'ROLLBACK' }, idle],
    path: ['public'],
  },
  {
    name: 'SET LOCAL ends with its transaction',
    steps: [{ run: begin }, inside, { run: local('a') }, inside, { run: commit, tag: 'COMMIT' }, idle],
    path: ['public'],
  },
  {
    name: 'SET LOCAL is in force until then',
    steps: [{ run: begin }, inside, { run: local('a') }, inside],
    path: ['a'],
  },
  {
    name: 'SET after SET LOCAL wins',
    steps: [{ run: begin }, inside, { run: local('a') }, { run: to('b') }, inside],
    path: ['b'],
  },
  {
    name: 'an implicit transaction that fails takes it back',
    steps: [{ run: to('a') }, { fail: begin }, { ready: 'I', failed: true }],
    path: ['public'],
  },
  {
    name: 'also where what failed was no execution: a Parse, a Bind, the commit at a Sync, a denial',
    steps: [{ run: to('a') }, { ready: 'I', failed: true }],
    path: ['public'],
  },
  {
    name: 'what was committed before the failure stays',
    steps: [{ run: to('a') }, { run: commit, tag: 'COMMIT' }, { run: to('b') }, { ready: 'I', failed: true }],
    path: ['a'],
  },
  {
    name: 'unreviewed code leaves it unknown, also when everything is rolled back',
    steps: [{ run: opaque }, { ready: 'I', failed: true }],
    path: 'unknown',
  },
  {
    name: 'ROLLBACK TO goes back to the savepoint',
    steps: [
      { run: begin },
      { run: to('a') },
      { run: savepoint('s') },
      { run: to('b') },
      inside,
      { run: back('s') },
      inside,
    ],
    path: ['a'],
  },
  {
    name: 'and may be repeated',
    steps: [
      { run: begin },
      { run: to('a') },
      { run: savepoint('s') },
      { run: to('b') },
      { run: back('s') },
      { run: to('c') },
      { run: back('s') },
      inside,
    ],
    path: ['a'],
  },
  {
    name: 'a released savepoint keeps what was set',
    steps: [{ run: begin }, { run: savepoint('s') }, { run: to('b') }, { run: release('s') }, inside],
    path: ['b'],
  },
  {
    name: 'a savepoint rescues a failed transaction',
    steps: [
      { run: begin },
      { run: to('a') },
      { run: savepoint('s') },
      { fail: to('b') },
      { ready: 'E' },
      { run: back('s') },
      { run: commit, tag: 'COMMIT' },
      idle,
    ],
    path: ['a'],
  },
  {
    name: 'a savepoint nobody saw leaves it unknown',
    steps: [{ run: begin }, { run: back('s') }, inside],
    path: 'unknown',
  },
  { name: 'unreviewed code leaves it unknown', steps: [{ run: opaque }, idle], path: 'unknown' },
  { name: 'also when it failed', steps: [{ fail: opaque }, idle], path: 'unknown' },
  { name: 'until it is set again', steps: [{ run: opaque }, idle, { run: to('a') }, idle], path: ['a'] },
  {
    name: 'a rollback takes back what unreviewed code did in its block',
    steps: [{ run: begin }, { run: opaque }, { run: rollback, tag: 'ROLLBACK' }, idle],
    path: ['public'],
  },
  {
    name: 'but outside of one a procedure may have committed it',
    steps: [{ run: opaque }, { run: rollback, tag: 'ROLLBACK' }],
    path: 'unknown',
  },
  {
    name: 'a portal with unreviewed code that was suspended may go on at any time, also after a SET',
    steps: [{ run: begin }, inside, { suspend: opaque }, inside, { run: to('a') }, inside],
    path: 'unknown',
  },
  {
    name: 'until its transaction has ended',
    steps: [{ run: begin }, { suspend: opaque }, { run: rollback, tag: 'ROLLBACK' }, idle],
    path: ['public'],
  },
  {
    name: 'a target that reports the path tells what it is when the session opens',
    reports: '"$user", "Other", PUBLIC',
    steps: [],
    path: ['$user', 'Other', 'public'],
  },
  { name: 'be it nothing', reports: '""', steps: [{ run: to('') }, idle], path: [''] },
  { name: 'what it does not report is unchanged', reports: 'public', steps: [{ run: opaque }, idle], path: ['public'] },
  {
    name: 'what it reports is in force once it is ready',
    reports: 'public',
    steps: [{ run: opaque }, { report: 'a, b' }, idle],
    path: ['a', 'b'],
  },
  {
    name: 'not before',
    reports: 'public',
    steps: [{ run: opaque }, { report: 'a' }],
    path: 'unknown',
  },
  {
    name: 'also where nobody saw why',
    reports: 'public',
    steps: [{ report: 'a' }, idle],
    path: ['a'],
  },
  {
    name: 'in a transaction, whose end is awaited',
    reports: 'public',
    steps: [{ run: begin }, inside, { run: opaque }, { report: 'a' }, inside],
    path: ['a'],
  },
  {
    name: 'what outlives the transaction is not known before the target is ready again',
    reports: 'public',
    steps: [{ run: begin }, inside, { run: opaque }, { report: 'a' }, inside, { run: commit, tag: 'COMMIT' }],
    path: 'unknown',
  },
  {
    name: 'and then is what was reported',
    reports: 'public',
    steps: [{ run: begin }, inside, { run: opaque }, { report: 'a' }, inside, { run: commit, tag: 'COMMIT' }, idle],
    path: ['a'],
  },
  {
    name: 'a portal that was suspended leaves it unknown, whatever is reported meanwhile',
    reports: 'public',
    steps: [{ run: begin }, inside, { suspend: opaque }, { report: 'a' }, inside],
    path: 'unknown',
  },
  {
    name: 'a report that is not understood leaves it unknown',
    reports: 'public',
    steps: [{ report: 'a,,b' }, idle],
    path: 'unknown',
  },
  {
    name: 'a target that did not report at first is not believed later',
    steps: [{ report: 'a' }, idle],
    path: ['public'],
  },
];

for (const { name, reports, steps, path } of cases) {
  test(name, () => {
    const tracked = new SearchPath(['public'], reports ?? null);
    for (const step of steps) {
      if ('ready' in step) tracked.ready(step.ready, step.failed === true);
      else if ('report' in step) tracked.reported(step.report);
      else if ('suspend' in step)
        tracked.ended([step.suspend], outcome('suspended', null), tracked.decided([step.suspend]));
      else if ('run' in step) {
        const moved = tracked.decided([step.run]);
        if (moved) assert.equal(tracked.inForce, 'unknown', 'names mean nothing while the path is moving');
        tracked.ended([step.run], outcome('completed', step.tag ?? 'SET'), moved);
      } else {
        const moved = tracked.decided([step.fail]);
        tracked.ended([step.fail], outcome('failed', null), moved);
      }
    }
    assert.deepEqual(tracked.inForce, path);
  });
}

function outcome(result: Outcome['result'], tag: string | null): Outcome {
  return { result, sqlstate: result === 'failed' ? '22012' : null, tag, rows: 0, bytes: 0, masked: null };
}
