import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/core/fact.ts';
import type { SessionEffect } from '../../src/core/facts.ts';
import { SessionObjects } from '../../src/engine/session-objects.ts';
import { CatalogueIndex } from '../../src/sql/catalogue-index.ts';
import { clinicCatalogue } from '../sql/clinic-catalogue.ts';

const shared = new CatalogueIndex(clinicCatalogue());
const completed: Outcome = { result: 'completed', sqlstate: null, tag: null, rows: 0, bytes: 0, masked: null };

function made(name: string, column: string, endsWithTransaction = false): SessionEffect {
  return {
    kind: 'own-made',
    table: { name, columns: [{ name: column, holds: null }], endsWithTransaction },
    unlessThere: false,
  };
}

function run(objects: SessionObjects, effect: SessionEffect, outcome: Partial<Outcome> = {}): void {
  const effects = [effect];
  objects.ended(effects, { ...completed, ...outcome }, objects.decided(effects));
}

/** `t:a u:lost`: the tables that are believed to be there. */
function seen(objects: SessionObjects): string {
  const { tables } = objects.beside(shared).own;
  return [...tables].map(([name, of]) => `${name}:${of === 'lost' ? of : of.columns[0]?.name}`).join(' ');
}

test('nothing of its own: the index that all sessions share', () => {
  const objects = new SessionObjects();
  assert.equal(objects.beside(shared), shared);
  run(objects, made('t', 'a'));
  assert.notEqual(objects.beside(shared), shared);
  assert.equal(objects.beside(shared), objects.beside(shared));
  run(objects, { kind: 'own-dropped', name: 't' });
  objects.ready('I', false);
  assert.equal(objects.beside(shared), shared);
});

test('a statement counts while it is on its way, and not once it has failed', () => {
  const objects = new SessionObjects();
  const effects = [made('t', 'a')];
  const change = objects.decided(effects);
  assert.equal(seen(objects), 't:a');
  objects.ended(effects, { ...completed, result: 'failed' }, change);
  objects.ready('I', true);
  assert.equal(seen(objects), '');
});

test('an answer to what was sent before does not make what is on its way permanent', () => {
  const objects = new SessionObjects();
  run(objects, made('t', 'old'));
  objects.ready('I', false);
  const effects = [made('t', 'new')];
  const change = objects.decided(effects);
  objects.ready('I', false);
  objects.ended(effects, { ...completed, result: 'failed' }, change);
  objects.ready('I', true);
  assert.equal(seen(objects), 't:old');
});

test('savepoints and transactions bring back what was, and the end of one is uncertain while it is on its way', () => {
  const objects = new SessionObjects();
  run(objects, made('t', 'first'));
  objects.ready('I', false);
  run(objects, { kind: 'begin' });
  run(objects, { kind: 'own-dropped', name: 't' });
  run(objects, { kind: 'savepoint', name: 's' });
  run(objects, made('t', 'second'));
  assert.equal(seen(objects), 't:second');
  const back: SessionEffect[] = [{ kind: 'rollback-to', name: 's' }];
  const change = objects.decided(back);
  assert.deepEqual([objects.certain, seen(objects)], [false, 't:lost']);
  objects.ended(back, completed, change);
  assert.deepEqual([objects.certain, seen(objects)], [true, '']);
  run(objects, made('u', 'x', true));
  run(objects, { kind: 'commit' }, { tag: 'ROLLBACK' });
  assert.equal(seen(objects), 't:first');
  run(objects, made('u', 'x', true));
  objects.ready('I', false);
  assert.equal(seen(objects), 't:first');
});

test('what ended without a word leaves nothing known', () => {
  const objects = new SessionObjects();
  run(objects, made('t', 'a'));
  run(objects, { kind: 'own-dropped', name: 't' }, { result: 'unfinished' });
  assert.equal(seen(objects), 't:lost');
});

test('prepared statements outlive a rollback, cursors their transaction only WITH HOLD', () => {
  const objects = new SessionObjects();
  const facts = { tables: [], routines: [], controls: [], outputs: [], effects: [] };
  const names = () => {
    const { prepared, cursors } = objects.beside(shared).own;
    return [...prepared.keys(), ...cursors.keys()].join(' ');
  };
  run(objects, { kind: 'begin' });
  run(objects, { kind: 'own-prepared', name: 'q', statement: {} });
  run(objects, { kind: 'own-cursor', name: 'c', cursor: { hold: false, facts } });
  run(objects, { kind: 'own-cursor', name: 'h', cursor: { hold: true, facts } });
  assert.equal(names(), 'q c h');
  run(objects, { kind: 'commit' }, { tag: 'COMMIT' });
  assert.equal(names(), 'q h');
  run(objects, { kind: 'begin' });
  run(objects, { kind: 'own-cursor-closed', name: 'h' });
  run(objects, made('t', 'a'));
  run(objects, { kind: 'rollback' });
  assert.equal(names(), 'q');
});
