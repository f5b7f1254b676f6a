import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ticket } from '../api/in-memory-control.ts';
import { type TestApi, testApi } from '../api/test-api.ts';
import { type Ran, RecordedVerbs, run } from './recorded-verbs.ts';

describe('tickets', () => {
  let api: TestApi;
  const verbs = new RecordedVerbs();
  const sluice = (given: readonly string[], env = {}): Promise<Ran> => run(verbs, ['tickets', ...given], env);
  const ada = { SLUICE_TOKEN: 'token-of-ada' };

  before(async () => {
    api = testApi();
    verbs.url = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });
  after(() => api.app.close());

  test('list: all for a reader, one’s own for a workload', async () => {
    const all = await sluice(['list', '--json']);
    assert.deepEqual([all.code, JSON.parse(all.out)], [0, [ticket]]);
    assert.match((await sluice(['list'])).out, new RegExp(`^${ticket.id} \\| live +\\| demo/nightly-etl \\| -`, 'm'));
    const own = await sluice(['list', '--json'], { SLUICE_TOKEN: 'token-of-nightly-etl' });
    assert.deepEqual(JSON.parse(own.out), [ticket]);
    const others = await sluice(['list', '--json'], { SLUICE_TOKEN: 'token-of-rogue' });
    assert.deepEqual(JSON.parse(others.out), []);
  });

  test('revoke takes the id of a ticket, or of a token', async () => {
    const revoked = await sluice(['revoke', ticket.id], ada);
    assert.deepEqual([revoked.code, revoked.out], [0, `${ticket.id} is revoked; live sessions that end now: 20\n`]);
    const denied = await sluice(['revoke', 'sha256:ab'], ada);
    assert.equal(denied.out, `sha256:ab is denied until ${ticket.expiresAt}; live sessions that end now: 2\n`);
    assert.deepEqual(api.control.calls, [`revoke ${ticket.id} by demo/ada`, 'deny sha256:ab by demo/ada']);
    assert.match((await sluice(['list', '--denied'])).out, /^sha256:ab \| demo\/ada/m);
    const own = await sluice(['revoke', ticket.id], { SLUICE_TOKEN: 'token-of-nightly-etl' });
    assert.equal(own.code, 0);
  });

  test('revoke refuses what is not the caller’s, and unknown ones', async () => {
    const other = await sluice(['revoke', ticket.id], { SLUICE_TOKEN: 'token-of-rogue' });
    assert.deepEqual([other.code, other.err.split('\n')[0]], [1, 'sluice: this is no ticket of the caller']);
    const unknown = await sluice(['revoke', 'tkt_1'], ada);
    assert.deepEqual([unknown.code, unknown.err.split('\n')[0]], [1, 'sluice: there is no ticket of this id']);
  });

  test('a secret in place of an id is not sent', async () => {
    const before = api.control.calls.length;
    const whole = `slt_${ticket.id}.${'s'.repeat(43)}`;
    const jwt = 'eyJhbGciOi.eyJzdWIi.c2ln';
    const secrets = [
      whole,
      ` ${whole}`,
      `"${whole}"`,
      `PGPASSWORD=${whole}`,
      whole.slice(4),
      jwt,
      `Bearer ${jwt}`,
      `ewo${jwt}`,
    ];
    for (const secret of secrets) {
      const { code, err } = await sluice(['revoke', secret], ada);
      assert.equal(code, 2);
      assert.match(err, /^sluice: that is no id, and may be a secret; it was not sent\n/);
      assert.ok(!err.includes('s'.repeat(43)) && !err.includes('eyJzdWIi'));
    }
    assert.equal(api.control.calls.length, before);
  });
});
