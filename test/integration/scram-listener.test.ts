import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const bindings = [
  ['channel_binding=require', 'scram', 'require'],
  ['channel_binding=disable', 'scram', 'require'],
  ['channel_binding=prefer', 'scram-plain', 'disable'],
] as const;

for (const [binding, listener, sslmode] of bindings) {
  test(`psql with a ticket, ${binding} on ${listener}`, async () => {
    const ticket = await exchange();
    const answer = await psql(listener, userOf(ticket), ticket, `sslmode=${sslmode} ${binding}`);
    assert.deepEqual(answer, { code: 0, out: '***\n', err: '' });
  });
}

test('a pool connects ten times with one ticket', async () => {
  const ticket = await exchange();
  for (let times = 0; times < 10; times += 1) {
    const client = await clinic.connect({ port: portOf('scram-plain'), user: userOf(ticket), password: ticket });
    assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }]);
    await client.end();
  }
});

const refused: readonly (readonly [string, (ticket: string) => Promise<readonly [string, string]>])[] = [
  ['a ticket that does not exist', async (ticket) => ['tkt_0193', ticket]],
  ['another secret', async (ticket) => [userOf(ticket), `${ticket.slice(0, -2)}xx`]],
  ['another ticket’s secret', async (ticket) => [userOf(ticket), await exchange()]],
  ['a token in place of the ticket', async (ticket) => [userOf(ticket), await clinic.token()]],
  ['a user that is none', async (ticket) => ['whoever', ticket]],
];

for (const [name, login] of refused) {
  test(`refused: ${name}, with the same sentence`, async () => {
    const [user, password] = await login(await exchange());
    const answer = await psql('scram', user, password, 'sslmode=require channel_binding=require');
    assert.equal(answer.code, 2);
    assert.match(answer.err, /sluice: the ticket does not exist, has ended, or its secret is another one/);
    const [last] = (await clinic.entries()).slice(-1);
    assert.deepEqual([last?.['type'], last?.['code']], ['session.refused', 'token_refused']);
  });
}

async function exchange(): Promise<string> {
  const answer = await fetch(`${clinic.api}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await clinic.token(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }),
  });
  const { access_token: ticket } = (await answer.json()) as { readonly access_token: string };
  return ticket;
}

/** What stands between `slt_` and the dot is the id. */
function userOf(ticket: string): string {
  return /^slt_([^.]+)\./.exec(ticket)?.[1] ?? '';
}

function portOf(name: string): number {
  const found = clinic.gateway.listeners.open.find(({ settings }) => settings.name === name);
  return Number(found?.listener.address.split(':').at(-1));
}

async function psql(listener: string, user: string, password: string, rest: string) {
  const child = spawn(
    'psql',
    [
      '-X',
      '-A',
      '-t',
      '-c',
      'select ssn from patients limit 1',
      `host=127.0.0.1 port=${portOf(listener)} dbname=clinic user=${user} ${rest}`,
    ],
    { env: { ...process.env, PGPASSWORD: password } },
  );
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}
