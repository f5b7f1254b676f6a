import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { canaries, clinicPolicies } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, type Message } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// `other.patients` protects nothing here and may be read: whoever makes Sluice believe that a name means that table, while the
// server takes it for `public.patients`, reads what is protected.
const policies = clinicPolicies.replace(/@id\("other-tables"\)[\s\S]*$/, '');
const leak = "select ssn || '' as x from patients limit 1";

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway({ policies });
  const direct = await clinic.direct();
  await direct.query('create table owners (id int primary key)');
  await direct.query('create table owned (id int references owners deferrable initially deferred)');
  await direct.query(`do $$ begin for n in 1..470 loop
    execute format('create table %I (id int)', 'a_table_with_a_name_as_long_as_the_server_takes_' || n); end loop; end $$`);
  await direct.end();
});
after(() => clinic.stop());

function open(): Promise<RawWire> {
  return clinic.token().then((password) => RawWire.open({ port: clinic.port, user: 'x', password }));
}

function run(text: string, ...values: readonly string[]): Buffer {
  return Buffer.concat([fe.parse('', text), fe.bind('', '', values), fe.execute('')]);
}

function text(messages: readonly Message[]): string {
  return Buffer.concat(messages.map(({ body }) => body)).toString('latin1');
}

function types(messages: readonly Message[]): string {
  return messages.map(({ type }) => type).join('');
}

function codes(messages: readonly Message[]): readonly (string | undefined)[] {
  return messages.filter(({ type }) => type === 'E').map(({ body }) => fieldsOf(body)['C']);
}

const setOther = run('set search_path = other');
const rolledBack: readonly { readonly name: string; readonly pipeline: readonly Buffer[]; readonly code: string }[] = [
  { name: 'a denied statement', pipeline: [setOther, run('drop table encounters')], code: '0A000' },
  { name: 'a statement that does not parse', pipeline: [setOther, fe.parse('', 'selec')], code: '42601' },
  {
    name: 'a Parse that the server refuses',
    pipeline: [fe.parse('t', 'select 1'), setOther, fe.parse('t', 'select 2')],
    code: '42P05',
  },
  { name: 'a Bind that the server refuses', pipeline: [setOther, run('select $1::int', 'x')], code: '22P02' },
  { name: 'an unknown portal', pipeline: [setOther, fe.execute('nowhere')], code: '34000' },
  { name: 'an execution', pipeline: [setOther, run('select 1 / 0')], code: '22012' },
  { name: 'the commit at the Sync', pipeline: [setOther, run('insert into public.owned values (1)')], code: '23503' },
];
for (const { name, pipeline, code } of rolledBack) {
  test(`a search path that the failure of ${name} rolled back is not believed`, async () => {
    const wire = await open();
    assert.deepEqual(codes(await wire.send(...pipeline, fe.sync).ready()), [code]);
    const answered = await wire.send(run('show search_path'), fe.sync, run(leak), fe.sync).ready(2);
    assert.match(text(answered), /"public"/);
    assert.deepEqual(codes(answered), ['42501']);
    assert.ok(!text(answered).includes(canaries.ssn));
    wire.destroy();
  });
}

test('a search path that was committed in a pipeline which failed later is believed', async () => {
  const wire = await open();
  await wire.send(setOther, run('commit'), run('select 1 / 0'), fe.sync).ready();
  assert.match(text(await wire.send(run(leak), fe.sync).ready()), /elsewhere/);
  wire.destroy();
});

test('a portal that was bound under another search path is not executed', async () => {
  const wire = await open();
  await wire.send(fe.query('begin'), fe.query('set search_path = other')).ready(2);
  await wire.send(fe.parse('s', leak), fe.sync).ready();
  await wire.send(fe.query('set search_path = public')).ready();
  assert.equal(types(await wire.send(fe.bind('p', 's'), fe.sync).ready()), '2Z');
  await wire.send(fe.query('set search_path = other')).ready();
  const answered = await wire.send(fe.execute('p'), fe.sync).ready();
  assert.deepEqual(codes(answered), ['34000']);
  assert.ok(!text(answered).includes(canaries.ssn));
  wire.destroy();
});

test('a portal that is bound after it, in the same pipeline, is', async () => {
  const wire = await open();
  const answered = await wire
    .send(run('set search_path = other'), run('select ssn from other.patients'), fe.sync)
    .ready();
  assert.deepEqual(codes(answered), []);
  assert.match(text(answered), /elsewhere/);
  wire.destroy();
});

test('a statement whose entry is too long takes the whole query with it', async () => {
  const wire = await open();
  const tables = Array.from({ length: 470 }, (_, at) => `a_table_with_a_name_as_long_as_the_server_takes_${at + 1}`);
  const long = `select 1 from ${tables.join(', ')}`;
  for (const query of [`${long}; select 'ran'`, `select 'ran'; ${long}`]) {
    const answered = await wire.send(fe.query(query)).ready();
    assert.equal(types(answered), 'EZ', query.slice(-40));
    assert.deepEqual(codes(answered), ['58030']);
    assert.match(text(answered), /larger than 32768 bytes/);
  }
  assert.equal(types(await wire.send(fe.query('select 1')).ready()), 'TDCZ');
  wire.destroy();
});

test('parameters and texts that are kept are bounded, and closing makes room', async () => {
  const wire = await open();
  const big = 'x'.repeat(30 * 1024 * 1024);
  wire.send(fe.parse('s', 'select length($1)'));
  // Never a Sync: the server answers nothing yet, and every portal may still be executed.
  for (let portal = 0; portal < 9; portal += 1) wire.send(fe.bind(`p${portal}`, 's', [big]));
  const answered = await wire.send(fe.sync).ready();
  assert.deepEqual(codes(answered), ['54000']);
  assert.match(text(answered), /preparedBytes/);
  assert.equal(types(await wire.send(fe.bind('', 's', [big]), fe.execute(''), fe.sync).ready()), '2DCZ');
  wire.destroy();
});

test('ten thousand names are enough, and DISCARD ALL gives them back', async () => {
  const wire = await open();
  const names = Array.from({ length: 10_001 }, (_, at) => fe.parse(`s${at}`, 'select 1'));
  assert.deepEqual(codes(await wire.send(...names, fe.sync).ready()), ['54000']);
  assert.deepEqual(codes(await wire.send(fe.parse('more', 'select 1'), fe.sync).ready()), ['54000']);
  assert.deepEqual(codes(await wire.send(fe.query('discard all')).ready()), []);
  assert.equal(types(await wire.send(fe.parse('more', 'select 1'), fe.bind('', 's1'), fe.sync).ready()), '1EZ');
  wire.destroy();
});
