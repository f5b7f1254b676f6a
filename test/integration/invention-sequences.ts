import { cstring, fe, int16, msg } from '../support/pg-bytes.ts';
import type { Invention } from './invention-statements.ts';

const secret = fe.query('select upper(ssn) from patients where id = 1');

/** Messages in an order that no driver sends. */
export const wireInventions: readonly Invention[] = [
  wire(
    'a SET undone by a Parse that fails',
    [...all('set search_path = staging'), fe.parse('', 'select 1 + true'), fe.sync],
    [secret],
  ),
  wire(
    'a SET undone by a denial',
    [...all('set search_path = public'), fe.sync],
    [...all('set search_path = staging'), fe.parse('', 'select no_such_function()'), fe.sync],
    [secret],
  ),
  wire(
    'a SET undone by a Bind that fails',
    [...all('set search_path = staging'), fe.parse('', 'select $1::int'), fe.bind('', '', ['x']), fe.sync],
    [secret],
  ),
  wire(
    'a SET undone by an unknown name',
    [...all('set search_path = staging'), fe.describe('P', 'nobody'), fe.sync],
    [secret],
  ),
  wire('a SET undone by a FunctionCall', [...all('set search_path = staging'), fe.functionCall], [secret]),
  wire(
    'a SET undone at Sync',
    [...all('insert into staging.queue values (1, 99)'), ...all('set search_path = staging'), fe.sync],
    [secret],
  ),
  wire(
    'a SET undone behind BEGIN',
    [...all('begin'), ...all('set search_path = staging'), fe.parse('', 'select 1 + true'), fe.sync],
    [fe.query('commit')],
    [secret],
  ),
  wire('a SET in a pipeline, taken back', [
    ...all('begin'),
    ...all('set search_path = staging'),
    ...all('rollback'),
    ...all('select upper(ssn) from patients where id = 1'),
    fe.sync,
  ]),
  wire(
    'a portal bound under another path',
    [fe.query('begin')],
    [fe.query('set search_path = staging')],
    [fe.parse('s', 'select upper(ssn) from patients where id = 1'), fe.sync],
    [fe.query('set search_path = public')],
    [fe.bind('p', 's'), fe.sync],
    [fe.query('set search_path = staging')],
    [fe.execute('p'), fe.sync],
  ),
  wire(
    'a portal bound behind a savepoint',
    [fe.query('begin')],
    [fe.query('savepoint a')],
    [fe.query('set search_path = staging')],
    [fe.parse('s', 'select upper(ssn) from patients where id = 1'), fe.sync],
    [fe.query('rollback to a')],
    [fe.bind('p', 's'), fe.sync],
    [fe.query('set search_path = staging')],
    [fe.execute('p', 1), fe.sync],
  ),
  wire(
    'a statement prepared under another path',
    [fe.query('set search_path = staging')],
    [fe.parse('s', 'select upper(ssn) from patients where id = 1'), fe.sync],
    [fe.query('set search_path = public')],
    [fe.bind('p', 's'), fe.execute('p'), fe.sync],
  ),
  wire('described in text, bound in binary', [
    fe.parse('s', 'select ssn, birth_date from patients where id = 1'),
    fe.describe('S', 's'),
    binary('p', 's'),
    fe.execute('p'),
    fe.sync,
  ]),
  wire('a name given away under its portals', [
    fe.parse('q', 'select zip from patients where id = 1'),
    fe.bind('a', 'q'),
    fe.close('S', 'q'),
    fe.parse('q', 'select ssn from patients where id = 1'),
    fe.bind('b', 'q'),
    fe.execute('b'),
    fe.execute('a'),
    fe.sync,
  ]),
  wire('an unnamed statement replaced', [
    fe.parse('', 'select zip from patients where id = 1'),
    fe.parse('', 'select ssn from patients where id = 1'),
    fe.bind('', ''),
    fe.execute(''),
    fe.sync,
  ]),
  wire('portals in turns', [
    fe.parse('a', 'select zip from patients where id < 4 order by id'),
    fe.parse('b', 'select ssn from patients where id < 4 order by id'),
    fe.bind('pa', 'a'),
    fe.bind('pb', 'b'),
    fe.execute('pa', 1),
    fe.execute('pb', 1),
    fe.execute('pa', 1),
    fe.execute('pb', 1),
    fe.sync,
  ]),
  wire(
    'a portal executed again after a row limit',
    [fe.query('begin')],
    [
      fe.parse('s', 'select ssn, full_name from patients where id < 4 order by id'),
      fe.bind('p', 's'),
      fe.execute('p', 1),
      fe.sync,
    ],
    [fe.execute('p', 1), fe.sync],
    [fe.describe('P', 'p'), fe.execute('p'), fe.sync],
  ),
  wire(
    'a SQL cursor over a portal',
    [fe.query('begin')],
    [fe.parse('s', 'select ssn from patients where id = 1'), fe.bind('p', 's'), fe.sync],
    [fe.query('fetch all from p')],
  ),
  wire(
    'SQL EXECUTE of a protocol statement',
    [fe.parse('s', 'select ssn from patients where id = 1'), fe.sync],
    [fe.query('execute s')],
  ),
  wire('a copy', [fe.query('copy (select ssn from patients where id = 1) to stdout (format binary)')]),
];

/** Sequences in which an administrator changes the database under an open session. `admin` goes around Sluice. */
export interface AdminInvention {
  readonly name: string;
  readonly before: string;
  readonly change: string;
  readonly undo: string;
  readonly after: readonly string[];
}

export const adminInventions: readonly AdminInvention[] = [
  {
    name: 'a protected column gets another name',
    before: 'select zip from patients where id = 1',
    change: `alter table patients rename zip to plain; alter table patients rename ssn to zip`,
    undo: `alter table patients rename zip to ssn; alter table patients rename plain to zip`,
    after: ['select zip from patients where id = 1', 'select zip as x from patients where id = 1'],
  },
  {
    name: 'a table gives its name away',
    before: 'select kind from encounters where id = 1',
    change:
      'alter table encounters rename to visits; alter table patients rename to encounters; alter table encounters rename ssn to kind',
    undo: 'alter table encounters rename kind to ssn; alter table encounters rename to patients; alter table visits rename to encounters',
    after: ['select kind from encounters where id = 1', 'select * from encounters where id = 1'],
  },
  {
    name: 'a table becomes a view',
    before: 'select specialty from providers where id = 1',
    change:
      'alter table providers rename to doctors; create view providers as select id, ssn as specialty from patients',
    undo: 'drop view providers; alter table doctors rename to providers',
    after: ['select specialty from providers where id = 1', 'select * from providers where id = 1'],
  },
];

function wire(name: string, ...exchanges: readonly (readonly Buffer[])[]): Invention {
  return { name, kind: 'wire', exchanges };
}

function all(text: string): readonly Buffer[] {
  return [fe.parse('', text), fe.bind('', ''), fe.describe('P', ''), fe.execute('')];
}

function binary(portal: string, statement: string): Buffer {
  return msg('B', cstring(portal), cstring(statement), int16(0), int16(0), int16(1), int16(1));
}
