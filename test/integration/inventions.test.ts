import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { splitMessages } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';
import { startTap, type Tap } from '../support/tap.ts';
import { adminInventions, wireInventions } from './invention-sequences.ts';
import { type Invention, inventionSetup, statementInventions } from './invention-statements.ts';

/** Patient 1 of the second clinic: as long as the canaries, so that only the values differ. Masks of both look the same. */
const others: Readonly<Record<keyof typeof canaries, string>> = {
  ssn: '123-45-6780',
  mrn: 'ABC-10203-ZZ',
  fullName: 'Abcdefg Hijklmnopqrs',
  birthDate: '1934-02-11',
  phone: '+1 646 777 0173',
  notes: 'synthetic note chestnut-windmill-x',
};

interface Clinic {
  readonly gateway: ClinicGateway;
  readonly direct: Tap;
  readonly through: Tap;
  readonly values: readonly string[];
  /** `oid.number` of each protected column. */
  readonly hidden: ReadonlySet<string>;
}

let clinics: readonly [Clinic, Clinic];
before(async () => {
  clinics = await Promise.all([clinicWith(canaries), clinicWith(others)]);
});
after(async () => {
  for (const { gateway, direct, through } of clinics) {
    await direct.close();
    await through.close();
    await gateway.stop();
  }
});

for (const invention of [...statementInventions, ...wireInventions]) {
  test(`${invention.name}: tells nothing through Sluice`, async () => {
    const [raw, rawOther] = [
      await attempt(clinics[0], 'direct', invention),
      await attempt(clinics[1], 'direct', invention),
    ];
    assert.ok(
      found(clinics[0], raw.bytes) || found(clinics[1], rawOther.bytes) || raw.shown !== rawOther.shown,
      'the attack must tell something against the database itself',
    );
    const [one, other] = [
      await attempt(clinics[0], 'through', invention),
      await attempt(clinics[1], 'through', invention),
    ];
    assert.equal(found(clinics[0], one.bytes), false, 'a protected value came through');
    assert.equal(found(clinics[1], other.bytes), false, 'a protected value came through');
    assert.equal(one.shown, other.shown);
  });
}

for (const { name, before: first, change, undo, after: then } of adminInventions) {
  test(`${name} under an open session: no value comes through`, async () => {
    const [clinic] = clinics;
    const admin = await clinic.gateway.direct();
    for (const text of then) {
      const client = await opened(clinic);
      await client.query({ name: 'prepared', text: first });
      clinic.through.take();
      await admin.query(change);
      try {
        await client.query({ name: 'prepared', text: first }).catch(() => undefined);
        await client.query(text).catch(() => undefined);
      } finally {
        await admin.query(undo);
      }
      assert.equal(found(clinic, clinic.through.take()), false);
      await client.end().catch(() => undefined);
    }
    await admin.end();
  });
}

test('what cannot be protected any more is closed to sessions that are open', async () => {
  const [clinic] = clinics;
  const admin = await clinic.gateway.direct();
  const client = await opened(clinic);
  await client.query('select upper(zip) from patients where id = 1');
  await admin.query('alter table patients rename zip to plain; alter table patients rename ssn to zip');
  clinic.through.take();
  try {
    // Names that nobody knows make Sluice read the catalogue again, at most once a second.
    let code: string | undefined;
    for (const deadline = Date.now() + 5000; code !== '58000' && Date.now() < deadline; )
      code = await client.query('select no_such_column from patients where id = 1').then(
        () => '',
        (error: { code?: string }) => error.code,
      );
    await assert.rejects(client.query('select upper(zip) from patients where id = 1'), { code: '58000' });
  } finally {
    await admin.query('alter table patients rename zip to ssn; alter table patients rename plain to zip');
  }
  assert.equal(found(clinic, clinic.through.take()), false);
  const { rows } = await client.query('select upper(zip) as zip from patients where id = 1');
  assert.deepEqual(rows, [{ zip: '94110' }]);
  await client.end();
  await admin.end();
});

/** Once what Sluice knows of the database fits it again. */
async function opened(clinic: Clinic): Promise<pg.Client> {
  for (const deadline = Date.now() + 5000; ; ) {
    try {
      return await open(clinic, 'through');
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function clinicWith(values: Readonly<Record<keyof typeof canaries, string>>): Promise<Clinic> {
  const gateway = await startClinicGateway();
  const admin = await gateway.direct();
  // Both clinics write the row anew: it stands at the same place in both.
  await admin.query('set client_min_messages = error');
  await admin.query(
    'update patients set ssn = $1, mrn = $2, full_name = $3, birth_date = $4, phone = $5, notes = $6 where id = 1',
    [values.ssn, values.mrn, values.fullName, values.birthDate, values.phone, values.notes],
  );
  await admin.query(inventionSetup);
  await admin.query('vacuum analyze patients');
  const { rows } = await admin.query<{ place: string }>(
    `select attrelid::int8 || '.' || attnum as place from pg_attribute
     where attrelid in ('patients'::regclass, 'patients_kept'::regclass)
       and attname in ('ssn', 'mrn', 'full_name', 'birth_date', 'phone', 'notes')`,
  );
  await admin.end();
  return {
    gateway,
    direct: await startTap(gateway.database.port),
    through: await startTap(gateway.port),
    values: Object.values(values),
    hidden: new Set(rows.map(({ place }) => place)),
  };
}

async function open(clinic: Clinic, way: 'direct' | 'through'): Promise<pg.Client> {
  const { gateway } = clinic;
  const { user, password } = gateway.database;
  const who = way === 'direct' ? { user, password } : { user: 'x', password: await gateway.token() };
  const client = new pg.Client({ host: '127.0.0.1', port: clinic[way].port, database: 'clinic', ssl: false, ...who });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function attempt(clinic: Clinic, way: 'direct' | 'through', invention: Invention) {
  const client = await open(clinic, way);
  clinic[way].take();
  const learnt =
    invention.kind === 'wire' ? await exchanged(client, invention.exchanges) : await driven(client, invention);
  // A driver knows of an error before the target is ready again: the answer to this is the end of all that was sent.
  if (invention.kind === 'driver') await client.query('rollback');
  const bytes = clinic[way].take();
  await client.end().catch(() => undefined);
  clinic[way].take();
  return { bytes, shown: [...visible(clinic, way, bytes), JSON.stringify(learnt)].join('\n') };
}

async function exchanged(client: pg.Client, exchanges: readonly (readonly Buffer[])[]): Promise<null> {
  const session = RawWire.over(client);
  for (const messages of exchanges) await session.exchange(messages);
  session.destroy();
  return null;
}

async function driven(client: pg.Client, invention: Extract<Invention, { kind: 'driver' }>): Promise<unknown> {
  await client.query('begin');
  try {
    const learnt = await invention.run(client);
    return typeof learnt === 'number' ? learnt : null;
  } catch {
    return null;
  }
}

/** All that the client receives, masked cells aside: message by message. */
function visible(clinic: Clinic, way: 'direct' | 'through', bytes: Buffer): readonly string[] {
  let hidden: readonly boolean[] = [];
  return splitMessages(bytes).messages.map(({ type, body }) => {
    if (type === 'T') hidden = origins(body).map((place) => way === 'through' && clinic.hidden.has(place));
    const text = type === 'D' ? cells(body, hidden).join('|') : body.toString('latin1');
    return `${type} ${text.replaceAll(/(stm|ses)_[0-9a-f-]{36}/g, '$1')}`;
  });
}

function origins(description: Buffer): readonly string[] {
  const places: string[] = [];
  for (let at = 2; at < description.length; at += 18) {
    at = description.indexOf(0, at) + 1;
    places.push(`${description.readUInt32BE(at)}.${description.readInt16BE(at + 4)}`);
  }
  return places;
}

function cells(row: Buffer, hidden: readonly boolean[]): readonly string[] {
  const found: string[] = [];
  for (let at = 2; at < row.length; ) {
    const length = row.readInt32BE(at);
    const end = at + 4 + Math.max(0, length);
    found.push(hidden[found.length] ? '#' : `${length}:${row.toString('latin1', at + 4, end)}`);
    at = end;
  }
  return found;
}

/** A protected value of that clinic is in there: as it is, in another case, in hexadecimal or in base64. */
function found({ values }: Clinic, bytes: Buffer): boolean {
  const text = bytes.toString('latin1').toUpperCase();
  return values.some((value) =>
    [value, Buffer.from(value).toString('hex'), Buffer.from(value).toString('base64').replace(/=+$/, '')].some((form) =>
      text.includes(form.toUpperCase()),
    ),
  );
}
