import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { decide, refusalOf, startApprovals } from './story.ts';

let clinic: ClinicGateway;
let dana: string;
before(async () => {
  clinic = await startApprovals();
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

type Step = string | readonly [text: string, values: readonly unknown[]];

/** The third of April, or the fourth of March: each time another row, that only one of them deletes. */
let row = 0;
const next = () => {
  row += 1;
  return `delete from encounters where id = ${row} and seen_on <> '03/04/2031'`;
};

async function run(client: pg.Client, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const [text, values] = typeof step === 'string' ? [step, []] : step;
    // Some fail on purpose: what counts is what they leave behind.
    await client.query(text, [...values]).catch(() => undefined);
  }
}

/** Asked for after `before`, approved, and sent again after `then`, in the same session or in one of its own. */
async function again(before: readonly Step[], then: readonly Step[], own: boolean, options = ''): Promise<boolean> {
  const statement = next();
  const client = await clinic.connect();
  await run(client, before);
  const { message } = await refusalOf(client.query(statement));
  const approval = /request (apr_\S+) is pending/.exec(message)?.[1] ?? '';
  assert.equal((await decide(clinic, dana, approval)).status, 200, message);
  const other = own ? await clinic.connect({ options }) : client;
  await run(other, then);
  const ran = await other.query(statement).then(
    () => true,
    (error: { readonly code?: string }) => {
      assert.equal(error.code, '42501');
      return false;
    },
  );
  await other.end();
  if (own) await client.end();
  return ran;
}

const others: readonly (readonly [name: string, before: readonly Step[], then: readonly Step[], own: boolean])[] = [
  ['SET', [], ["set datestyle = 'ISO, DMY'"], false],
  ['SET of the time zone', [], ["set time zone 'Asia/Tokyo'"], false],
  ['set_config', [], ["select set_config('intervalstyle', 'iso_8601', false)"], false],
  ['set_config with a parameter', [], [["select set_config('timezone', $1, false)", ['Asia/Tokyo']]], false],
  ['SET in another session', ["set datestyle = 'ISO, MDY'"], ["set datestyle = 'ISO, DMY'"], true],
  [
    'other parameters',
    [["select set_config('timezone', $1, false)", ['UTC']]],
    [["select set_config('timezone', $1, false)", ['Asia/Tokyo']]],
    true,
  ],
  [
    'SET that was rolled back',
    ["set datestyle = 'ISO, DMY'"],
    ["set datestyle = 'ISO, DMY'", 'begin', "set datestyle = 'ISO, MDY'", 'rollback'],
    true,
  ],
  [
    'SET that was not',
    ['begin', "set datestyle = 'ISO, DMY'", 'rollback'],
    ['begin', "set datestyle = 'ISO, DMY'", 'commit'],
    true,
  ],
  [
    'SET LOCAL that failed',
    ['begin', "set datestyle = 'ISO, DMY'", 'commit'],
    ['begin', "set datestyle = 'ISO, DMY'", 'select 1/0', 'commit'],
    true,
  ],
  ['DISCARD ALL where it fails', [], ["set datestyle = 'ISO, DMY'", 'begin', 'discard all', 'rollback'], true],
  ['RESET ALL', ["set datestyle = 'ISO, DMY'"], ['reset all'], false],
];

for (const [name, before, then, own] of others) {
  test(`an approval is for the settings that were in force when it was asked for: ${name}`, async () => {
    assert.equal(await again(before, then, own), false);
  });
}

test('the settings that a session is opened with are among them', async () => {
  assert.equal(await again([], [], true, '-c datestyle=ISO,DMY'), false);
});

const same: readonly (readonly [name: string, before: readonly Step[], then: readonly Step[]])[] = [
  ['none', [], []],
  ['what concerns speed and waiting', [], ["set statement_timeout = '9s'", "set application_name = 'x'"]],
  [
    'the same in the same order',
    ["set datestyle = 'ISO, DMY'", "set time zone 'UTC'"],
    ["set datestyle = 'ISO, DMY'", "set time zone 'UTC'"],
  ],
  ['taken back by DISCARD ALL', [], ["set datestyle = 'ISO, DMY'", 'discard all']],
];

for (const [name, before, then] of same) {
  test(`the same statement under the same settings uses it: ${name}`, async () => {
    assert.equal(await again(before, then, true), true);
  });
}
