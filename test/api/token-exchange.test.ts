import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ticket } from './in-memory-control.ts';
import { type TestApi, testApi } from './test-api.ts';

const good = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'token-of-nightly-etl',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};

const send = (api: TestApi, pairs: readonly (readonly [string, string])[]) =>
  api.send(null, {
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString(),
  });

/** The good form with these fields after it. */
const form = (api: TestApi, ...more: readonly (readonly [string, string])[]) =>
  send(api, [...Object.entries(good), ...more]);

describe('POST /oauth/token', () => {
  test('hands over what was asked, and unknown and empty parameters are nothing', async () => {
    const api = testApi();
    const actor = 'urn:ietf:params:oauth:token-type:id_token';
    const response = await form(
      api,
      ['actor_token', 'a'],
      ['actor_token_type', actor],
      ['audience', 'clinic'],
      ['resource', 'clinic'],
      ['client_id', 'any'],
      ['unknown', 'x'],
      ['scope', ''],
    );
    assert.equal(response.statusCode, 200, response.body);
    assert.equal(response.json().ticket_id, ticket.id);
    const [{ source, ...asked } = { source: null }] = api.control.exchanges;
    assert.deepEqual(asked, { subjectToken: 'token-of-nightly-etl', actorToken: 'a', connection: 'clinic' });
    assert.equal(source?.address, '127.0.0.1');
  });

  const refused: readonly (readonly [string, readonly (readonly [string, string])[], string])[] = [
    [
      'two connections',
      [
        ['audience', 'a'],
        ['resource', 'b'],
      ],
      'invalid_target',
    ],
    ['a token twice', [['subject_token', 'x']], 'invalid_request'],
    ['an actor without its type', [['actor_token', 'x']], 'invalid_request'],
    ['the type of no actor', [['actor_token_type', good.subject_token_type]], 'invalid_request'],
    ['another answer', [['requested_token_type', 'urn:ietf:params:oauth:token-type:refresh_token']], 'invalid_request'],
    ['an assertion of a client', [['client_assertion', 'x']], 'invalid_client'],
  ];
  for (const [name, more, error] of refused) {
    test(`refuses ${name} before anything is looked at`, async () => {
      const api = testApi();
      const response = await form(api, ...more);
      assert.equal(response.statusCode, error === 'invalid_client' ? 401 : 400);
      assert.equal(response.json().error, error);
      assert.deepEqual(api.control.exchanges, []);
    });
  }

  test('a refusal is printable ASCII without double quotes, and what is down is 503', async () => {
    const api = testApi();
    const fields = { ...good, subject_token: 'other' };
    const invalid = await send(api, Object.entries(fields));
    assert.deepEqual(
      [invalid.statusCode, invalid.json()],
      [400, { error: 'invalid_request', error_description: "the token says 'no' ? twice; ask again" }],
    );
    const later = await send(api, Object.entries({ ...fields, subject_token: 'later' }));
    assert.deepEqual([later.statusCode, later.json().error], [503, 'temporarily_unavailable']);
  });

  test('a fault of ours is one of ours, and no token reaches the log', async () => {
    const api = testApi();
    api.control.broken = new Error('token-of-nightly-etl');
    assert.equal((await form(api)).statusCode, 500);
    assert.ok(!api.log().includes('token-of-nightly-etl'));
  });
});
