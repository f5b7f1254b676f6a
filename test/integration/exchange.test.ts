import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { ask, exchangeForm, formFor, jwtType, ticketFor } from '../support/gateway-http.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
  clinic.rewrite((yaml) =>
    yaml.replace(
      '  roles:',
      `    - { id: azure, issuer: "${clinic.issuer.url}", audience: sluice, require: { kind: azure }, groups: [pipelines] }
    - { id: gh, issuer: "${clinic.issuer.url}", audience: sluice, profile: github-actions, require: { repository_owner_id: "9919" } }
  exchange: [{ subject: azure, actor: gh }]
  tickets: { lifetime: 10m }
  roles:`,
    ),
  );
  clinic.rewrite((yaml) =>
    yaml.replace(
      'connections:',
      'connections:\n  archive: { protocol: postgres, target: { host: 127.0.0.1, port: 1, database: x }, credentials: [{ user: x }] }',
    ),
  );
  const reloaded = await clinic.gateway.reload();
  assert.deepEqual(reloaded, { ok: true, value: null });
});
after(() => clinic.stop());

const azure = (more: object = {}) => clinic.issuer.token({ sub: 'app-1', kind: 'azure', ...more });
const job = (more: object = {}) =>
  clinic.issuer.token({
    sub: 'repo:clinic/etl:ref:refs/heads/main',
    repository: 'clinic/etl',
    repository_id: '77',
    repository_owner_id: '9919',
    run_id: '4711',
    sha: 'c0ffee',
    jti: 'job-jti',
    ...more,
  });
const person = (more: object = {}) =>
  clinic.issuer.token({ sub: 'dana', kind: 'person', groups: ['compliance'], ...more });
const withActor = (subject: string, actor: string) => ({
  ...formFor(subject),
  actor_token: actor,
  actor_token_type: jwtType,
});

const issuedFor = async (ticket: unknown) => {
  const entry = (await clinic.entries()).find((one) => one['type'] === 'ticket.issued' && one['ticket'] === ticket);
  assert.ok(entry !== undefined);
  return entry;
};

test('the answer is that of the RFC, and nobody may keep it', async () => {
  const { status, headers, body } = await exchangeForm(clinic.api, formFor(await clinic.token()));
  assert.equal(status, 200);
  const { access_token: text, ticket_id: id, ...rest } = body;
  assert.deepEqual(rest, {
    issued_token_type: 'urn:sluice:token-type:ticket',
    token_type: 'N_A',
    expires_in: 600,
  });
  assert.match(String(text), new RegExp(`^slt_${id}\\.[A-Za-z0-9_-]{43}$`));
  assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache']);
  const asAccessToken = 'urn:ietf:params:oauth:token-type:access_token';
  const form = { ...formFor(await clinic.token()), requested_token_type: asAccessToken };
  assert.equal((await exchangeForm(clinic.api, form)).body['issued_token_type'], asAccessToken);
});

test('a workload with the token of its CI job keeps run and commit', async () => {
  const { status, body } = await exchangeForm(clinic.api, withActor(await azure({ jti: 'azure-jti' }), await job()));
  assert.equal(status, 200, JSON.stringify(body));
  const entry = await issuedFor(body['ticket_id']);
  const origin = entry['origin'] as Record<string, string>;
  assert.deepEqual(
    [entry['principal'], entry['onBehalfOf'], origin['runId'], origin['declaredCommit'], origin['repository']],
    ['azure/app-1', null, '4711', 'c0ffee', 'clinic/etl'],
  );
  assert.deepEqual(entry['tokens'], [
    { role: 'subject', issuer: 'azure', id: 'azure-jti' },
    { role: 'actor', issuer: 'gh', id: 'job-jti' },
  ]);
  const client = await clinic.connect({ password: String(body['access_token']) });
  await client.end();
  const opened = (await clinic.entries()).filter((one) => one['type'] === 'session.opened').at(-1);
  assert.deepEqual([opened?.['principal'], opened?.['origin']], ['azure/app-1', origin]);
});

test('an agent acts for the person whose token names it', async () => {
  const agent = await clinic.token('agent-7');
  const { body } = await exchangeForm(clinic.api, withActor(await person({ may_act: { sub: 'agent-7' } }), agent));
  const entry = await issuedFor(body['ticket_id']);
  assert.deepEqual(
    [entry['principal'], entry['onBehalfOf'], entry['groups']],
    ['ci/agent-7', 'people/dana', ['pipelines']],
  );
  const client = await clinic.connect({ password: String(body['access_token']) });
  await client.end();
  const opened = (await clinic.entries()).filter((one) => one['type'] === 'session.opened').at(-1);
  assert.deepEqual([opened?.['principal'], opened?.['onBehalfOf']], ['ci/agent-7', 'people/dana']);
});

test('whoever is disabled is not acted for, and agents that do are ended', async () => {
  const admin = await clinic.person('ada', 'platform');
  const sam = await clinic.issuer.token({ sub: 'sam', kind: 'person', may_act: { sub: 'agent-9' } });
  const form = withActor(sam, await clinic.token('agent-9'));
  const { body } = await exchangeForm(clinic.api, form);
  const client = await clinic.connect({ password: String(body['access_token']) });
  const ended = new Promise((resolve) => client.once('end', resolve));
  const disabled = await ask(clinic.api, '/principals/disable', admin, { id: 'people/sam' });
  assert.equal(disabled.body['endedSessions'], 1);
  await ended;
  await assert.rejects(
    clinic.connect({ password: String(body['access_token']) }),
    /people\/sam, for whom ci\/agent-9 acts/,
  );
  assert.equal((await exchangeForm(clinic.api, form)).body['error'], 'invalid_request');
});

test('a ticket for one connection opens no other', async () => {
  const form = { ...formFor(await clinic.token()), audience: 'clinic', resource: 'clinic' };
  const { status, body } = await exchangeForm(clinic.api, form);
  assert.equal(status, 200);
  const client = await clinic.connect({ password: String(body['access_token']) });
  await client.end();
  const elsewhere = await exchangeForm(clinic.api, { ...form, audience: 'archive', resource: undefined });
  assert.equal(elsewhere.status, 200);
  await assert.rejects(clinic.connect({ password: String(elsewhere.body['access_token']) }), {
    code: '28000',
    message: 'sluice: the ticket was exchanged for another connection',
  });
});

type Form = Readonly<Record<string, string | undefined>>;
const refusals: readonly (readonly [string, () => Promise<Form>, string, RegExp])[] = [
  ['an empty form', async () => ({}), 'invalid_request', /grant_type is missing/],
  [
    'another grant',
    async () => ({ ...formFor(await clinic.token()), grant_type: 'client_credentials' }),
    'unsupported_grant_type',
    /token-exchange/,
  ],
  [
    'no token',
    async () => ({ ...formFor('x'), subject_token: undefined }),
    'invalid_request',
    /subject_token is missing/,
  ],
  ['no type', async () => ({ ...formFor('x'), subject_token_type: undefined }), 'invalid_request', /_type is missing/],
  [
    'a type that is none of a token',
    async () => ({ ...formFor('x'), subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }),
    'invalid_request',
    /subject_token_type is not one of/,
  ],
  ['a scope', async () => ({ ...formFor('x'), scope: 'all' }), 'invalid_scope', /policy decides/],
  ['a client secret', async () => ({ ...formFor('x'), client_secret: 'x' }), 'invalid_client', /subject_token is who/],
  ['rubbish', async () => formFor('rubbish'), 'invalid_request', /^subject_token: .*three parts/],
  [
    'an expired token',
    async () => formFor(await clinic.issuer.token({ sub: 'a', kind: 'workload' }, { lifetime: -120 })),
    'invalid_request',
    /^subject_token: the token expired \d+ seconds ago/,
  ],
  [
    'a token for somebody else',
    async () => formFor(await clinic.issuer.token({ sub: 'a', kind: 'workload' }, { audience: 'other' })),
    'invalid_request',
    /fits no issuer entry: 'ci' wants another audience/,
  ],
  [
    'a ticket for a ticket',
    async () => formFor((await ticketFor(clinic.api, await clinic.token())).text),
    'invalid_request',
    /tickets are not exchanged for tickets/,
  ],
  [
    'an unknown connection',
    async () => ({ ...formFor(await clinic.token()), audience: 'nowhere' }),
    'invalid_target',
    /no connection of this name/,
  ],
  [
    'an expired actor',
    async () => withActor(await azure(), await clinic.issuer.token({ repository_id: '77' }, { lifetime: -120 })),
    'invalid_request',
    /^actor_token: /,
  ],
  [
    'the two the wrong way round',
    async () => withActor(await job(), await azure()),
    'invalid_request',
    /issuer 'gh' as subject and one of 'azure' as actor are not exchanged/,
  ],
  [
    'a person without may_act',
    async () => withActor(await person(), await clinic.token('agent-7')),
    'invalid_request',
    /does not name the actor \(may_act\)/,
  ],
  [
    'a person who names another agent',
    async () => withActor(await person({ may_act: { sub: 'agent-8' } }), await clinic.token('agent-7')),
    'invalid_request',
    /does not name the actor/,
  ],
  [
    'an agent of that name at another issuer',
    async () =>
      withActor(
        await person({ may_act: { sub: 'agent-7', iss: 'https://other.example' } }),
        await clinic.token('agent-7'),
      ),
    'invalid_request',
    /does not name the actor/,
  ],
  [
    'a person as actor',
    async () => withActor(await azure(), await person()),
    'invalid_request',
    /only workloads act for somebody/,
  ],
];

describe('an exchange is refused for', () => {
  for (const [name, form, error, description] of refusals) {
    test(name, async () => {
      const { status, headers, body } = await exchangeForm(clinic.api, await form());
      assert.equal(status, error === 'invalid_client' ? 401 : 400);
      assert.deepEqual(Object.keys(body), ['error', 'error_description']);
      assert.equal(body['error'], error);
      assert.match(String(body['error_description']), description);
      assert.match(String(body['error_description']), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      assert.equal(headers.get('cache-control'), 'no-store');
    });
  }

  test('a disabled principal, and every refused token is an entry', async () => {
    const token = await clinic.token('leaver');
    const admin = await clinic.person('ada', 'platform');
    await ask(clinic.api, '/principals/disable', admin, { id: 'ci/leaver' });
    const { body } = await exchangeForm(clinic.api, formFor(token));
    assert.match(String(body['error_description']), /principal ci\/leaver is disabled/);
    const refused = (await clinic.entries()).filter((entry) => entry['type'] === 'ticket.refused');
    assert.ok(refused.some((entry) => entry['code'] === 'principal_disabled'));
    assert.ok(refused.some((entry) => entry['principal'] === 'people/dana' && entry['actor'] === 'ci/agent-7'));
  });

  test('JSON in place of a form, and a parameter that is stated twice', async () => {
    const send = async (body: string, type: string) => {
      const response = await fetch(`${clinic.api}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const json = await send('{}', 'application/json');
    assert.deepEqual([json.status, json.body['error']], [400, 'invalid_request']);
    const twice = await send('grant_type=a&grant_type=b', 'application/x-www-form-urlencoded');
    assert.deepEqual(twice.body, { error: 'invalid_request', error_description: 'a parameter is stated twice' });
    const large = await send(`subject_token=${'x'.repeat(300_000)}`, 'application/x-www-form-urlencoded');
    assert.match(large.body['error_description'] ?? '', /larger than 262144 bytes/);
  });
});

describe('a ticket of two tokens ends', () => {
  const said = (client: pg.Client) =>
    new Promise<string>((resolve) => client.once('error', ({ message }) => resolve(message)));
  const paired = async (id: string) => {
    const form = withActor(await azure(), await job({ repository_id: id, jti: `job-${id}` }));
    return String((await exchangeForm(clinic.api, form)).body['access_token']);
  };
  const reload = async (from: string, to: string) => {
    clinic.rewrite((yaml) => {
      assert.ok(yaml.includes(from));
      return yaml.replace(from, to);
    });
    assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  };

  test('with its CI job, disabled or expired', async () => {
    const admin = await clinic.person('ada', 'platform');
    const password = await paired('123');
    const ended = said(await clinic.connect({ password }));
    const { body } = await ask(clinic.api, '/principals/disable', admin, { id: 'gh/123' });
    assert.equal(body['endedSessions'], 1);
    assert.equal(await ended, 'sluice: principal gh/123 was disabled');
    await assert.rejects(clinic.connect({ password }), /principal gh\/123 is disabled/);

    const other = await paired('124');
    const expires = said(await clinic.connect({ password: other }));
    const inventory = '  workloads: [{ principal: gh/124, owner: dana, expires: 2020-01-01 }]\n  roles:';
    await reload('  roles:', inventory);
    assert.equal(await expires, 'sluice: principal gh/124 expired on 2020-01-01');
    await assert.rejects(clinic.connect({ password: other }), /principal gh\/124 expired/);
    await reload(inventory, '  roles:');
  });

  test('when the configuration lists its pair no longer', async () => {
    const password = await paired('125');
    const ended = said(await clinic.connect({ password }));
    await reload('exchange: [{ subject: azure, actor: gh }]', 'exchange: []');
    const message = /tokens of issuer "azure" are no longer exchanged with those of "gh" as actor/;
    assert.match(await ended, message);
    await assert.rejects(clinic.connect({ password }), message);
    await reload('exchange: []', 'exchange: [{ subject: azure, actor: gh }]');
    const again = await clinic.connect({ password });
    await again.end();
  });

  test('when an entry wants something else, until it is exchanged again', async () => {
    const password = await paired('126');
    const ended = said(await clinic.connect({ password }));
    await reload('{ kind: azure }, groups: [pipelines]', '{ kind: azure }, groups: [pipelines, nightly]');
    assert.equal(await ended, 'sluice: issuer entry "azure" was changed since it accepted the token');
    await assert.rejects(clinic.connect({ password }), /issuer entry "azure" was changed/);
    const fresh = await clinic.connect({ password: await paired('126') });
    await fresh.end();
  });
});
