import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe, fieldsOf, type Message } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// What results came to counts, however a client asks for them and however it leaves.

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("read") permit(principal, action == Action::"select", resource in Connection::"clinic");
@id("write") permit(principal, action in [Action::"insert", Action::"update", Action::"copy"], resource in Connection::"clinic");
@id("reveal") permit(principal, action in [Action::"unmask", Action::"filter"], resource in Connection::"clinic");
@id("rows") @description("at most 300 rows an hour")
forbid(principal, action == Action::"select", resource == Table::"clinic/public.encounters")
when { context.principal.rowsHour >= 300 };
@id("statements") @description("at most three statements")
forbid(principal, action == Action::"select", resource == Table::"clinic/public.providers")
when { context.session.statements >= 3 };
@id("one-class") @description("not mrn after ssn")
forbid(principal, action == Action::"select", resource == Column::"clinic/public.patients.mrn")
when { context.session.classesRead.contains("ssn") };
`;
const estimates = `
@id("estimates") @description("at most 100 rows are to be expected")
forbid(principal, action == Action::"select", resource == Table::"clinic/public.loads")
when { context.statement has estimatedRows && context.statement.estimatedRows > 100 };
`;

let clinic: ClinicGateway;
let subject = 0;
before(async () => {
  clinic = await startClinicGateway({ policies });
  const setup = await clinic.direct();
  await setup.query('create table loads as select g as id from generate_series(1, 5000) g; analyze');
  await setup.end();
});
after(() => clinic.stop());

async function session(name: string): Promise<RawWire> {
  return RawWire.open({ port: clinic.port, user: 'x', password: await clinic.token(name) });
}

function someone(): string {
  subject += 1;
  return `job-${subject}`;
}

function errorsOf(messages: readonly Message[]): readonly string[] {
  return messages.filter(({ type }) => type === 'E').map(({ body }) => fieldsOf(body)['M'] ?? '');
}

const many = 'select e.id from encounters e, encounters f';

test('who hangs up in the middle of a result has had its rows', async () => {
  const name = someone();
  const wire = await session(name);
  wire.send(fe.query(many));
  await wire.until((messages) => messages.filter(({ type }) => type === 'D').length > 400);
  wire.destroy();
  await closedSession(name);
  const next = await session(name);
  const [said] = errorsOf(await next.send(fe.query('select id from encounters limit 1')).ready());
  assert.match(said ?? '', /at most 300 rows an hour/);
  next.destroy();
  const closed = await closedSession(name);
  assert.ok(Number(closed['rows']) > 400, String(closed['rows']));
  const completed = (await clinic.entries()).filter(
    (entry) => entry['type'] === 'statement.completed' && entry['session'] === closed['session'],
  );
  assert.deepEqual(
    completed.map(({ result }) => result),
    ['unfinished'],
  );
});

test('a pipeline is counted result by result, and so is a text of several statements', async () => {
  const wire = await session(someone());
  const one = [fe.parse('', 'select id from encounters limit 200'), fe.bind('', ''), fe.execute('')];
  const pipelined = await wire.send(...one, ...one, ...one, ...one, fe.sync).ready();
  assert.equal(pipelined.filter(({ type }) => type === 'D').length, 400);
  assert.match(errorsOf(pipelined)[0] ?? '', /at most 300 rows an hour/);
  const several = await wire.send(fe.query('select id from loads; select id from loads')).ready();
  assert.match(errorsOf(several)[0] ?? '', /bounds or counts must be the only one of its query/);
  wire.destroy();
});

test('statements before it in the same text count', async () => {
  const wire = await session(someone());
  const messages = await wire.send(fe.query('begin; commit; begin; commit')).ready();
  assert.deepEqual(errorsOf(messages), []);
  const [said] = errorsOf(await wire.send(fe.query('select id from providers')).ready());
  assert.match(said ?? '', /at most three statements/);
  wire.destroy();
});

test('an expression over columns that may be seen is answered, written once, on record, and counted by class', async () => {
  const name = someone();
  const client = await clinic.connect({ password: await clinic.token(name) });
  const { rows } = await client.query("update patients set status = 'X1' where id = 3 returning upper(ssn) as s");
  assert.match((rows[0] as { s: string }).s, /^[0-9-]+$/);
  await assert.rejects(client.query('select mrn from patients where id = 3'), /not mrn after ssn/);
  await client.end();
  const decided = (await clinic.entries()).filter(
    (entry) => entry['type'] === 'statement.decided' && entry['verb'] === 'update',
  );
  assert.deepEqual(decided.at(-1)?.['columns'], [{ class: 'ssn', column: 'public.patients.ssn', masked: false }]);
});

test('what cannot be planned is refused where policy asks for an estimate', async (context) => {
  const other = await startClinicGateway({ policies: policies + estimates });
  context.after(() => other.stop());
  const setup = await other.direct();
  await setup.query('create table loads as select g as id from generate_series(1, 5000) g; analyze');
  await setup.end();
  const wire = await RawWire.open({ port: other.port, user: 'x', password: await other.token() });
  for (const sql of [
    'copy loads to stdout',
    'copy (select id from loads) to stdout',
    'explain analyze select id from loads',
  ]) {
    const messages = await wire.send(fe.query(sql)).ready();
    assert.match(errorsOf(messages)[0] ?? '', /policy asks how many rows to expect/, sql);
    assert.ok(!messages.some(({ type }) => type === 'd' || type === 'D'), sql);
  }
  wire.destroy();
});

test('what a COPY brings in was not returned', async () => {
  const wire = await session(someone());
  const lines = Array.from({ length: 400 }, (_, at) => `${at}\n`).join('');
  wire.send(fe.query('copy loads from stdin'));
  await wire.until((messages) => messages.some(({ type }) => type === 'G'));
  const loaded = await wire.send(fe.copyData(Buffer.from(lines)), fe.copyDone).ready();
  assert.deepEqual(errorsOf(loaded), []);
  assert.deepEqual(errorsOf(await wire.send(fe.query('select id from encounters limit 1')).ready()), []);
  wire.destroy();
});

/** The entry of the session's end, once it is there. */
async function closedSession(subjectName: string): Promise<Record<string, unknown>> {
  for (;;) {
    const entries = await clinic.entries();
    const opened = entries.find(
      (entry) => entry['type'] === 'session.opened' && entry['principal'] === `ci/${subjectName}`,
    );
    const closed = entries.find(
      (entry) => entry['type'] === 'session.closed' && entry['session'] === opened?.['session'],
    );
    if (closed !== undefined) return closed;
    // The ledger is read from its files at once: the gateway in this process must get its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
