import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { startTap, type Tap } from '../support/tap.ts';
import { leaks } from './leak-statements.ts';

let clinic: ClinicGateway;
let direct: Tap;
let through: Tap;
before(async () => {
  clinic = await startClinicGateway();
  direct = await startTap(clinic.database.port);
  through = await startTap(clinic.port);
});
after(async () => {
  await direct.close();
  await through.close();
  await clinic.stop();
});

for (const { name, run } of leaks) {
  test(`${name}: leaks raw, not through Sluice, and is on record`, async () => {
    const raw = await attempt(direct, { user: clinic.database.user, password: clinic.database.password }, run);
    assert.ok(leaked(raw.bytes), 'the attack must work against the database itself');

    const before = (await clinic.entries()).length;
    const guarded = await attempt(through, { user: 'x', password: await clinic.token() }, run);
    assert.deepEqual(found(guarded.bytes), []);
    const decided = (await clinic.entries()).slice(before).filter((entry) => entry['type'] === 'statement.decided');
    assert.ok(decided.length > 0, 'nothing runs unrecorded');
    const log = JSON.stringify(await clinic.entries());
    for (const value of Object.values(canaries)) assert.ok(!log.includes(value), 'the ledger holds a protected value');
  });
}

async function attempt(
  tap: Tap,
  who: { user: string; password: string },
  run: (client: pg.Client) => Promise<unknown>,
) {
  const client = new pg.Client({ host: '127.0.0.1', port: tap.port, database: 'clinic', ssl: false, ...who });
  client.on('error', () => undefined);
  await client.connect();
  tap.take();
  let error: unknown = null;
  try {
    await run(client);
  } catch (caught) {
    error = caught;
  }
  await client.query('rollback').catch(() => undefined);
  const bytes = tap.take();
  await client.end().catch(() => undefined);
  return { bytes, error };
}

function leaked(bytes: Buffer): boolean {
  return found(bytes).length > 0;
}

/** Which protected values are in there: as they are, reversed, in hexadecimal, or in base64. */
function found(bytes: Buffer): readonly string[] {
  const text = bytes.toString('latin1');
  return Object.entries(canaries).flatMap(([name, value]) => {
    const forms = [
      value,
      [...value].reverse().join(''),
      Buffer.from(value).toString('hex'),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
      value.toUpperCase(),
    ];
    return forms.some((form) => text.includes(form)) ? [name] : [];
  });
}
