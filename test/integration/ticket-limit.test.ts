import assert from 'node:assert/strict';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { formFor } from '../support/gateway-http.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

interface Answer {
  readonly status: number | undefined;
  readonly body: { readonly error_description?: string };
}

/** One address may not ask that often: each batch comes from another. */
function ask(form: string, localAddress: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(`${clinic.api}/oauth/token`, { method: 'POST', headers, localAddress }, async (response) =>
      resolve({ status: response.statusCode, body: (await json(response)) as Answer['body'] }),
    );
    asked.once('error', reject).end(form);
  });
}

test('a principal that asks for many tickets at once gets no more than its limit', async () => {
  const form = new URLSearchParams(
    Object.entries(formFor(await clinic.token())).map(([name, value]): [string, string] => [name, value ?? '']),
  ).toString();
  const batch = (size: number, from: number) =>
    Promise.all(Array.from({ length: size }, () => ask(form, `127.0.1.${from}`)));
  for (let at = 1; at <= 48; at += 1) assert.ok((await batch(20, at)).every(({ status }) => status === 200));
  const last = (await Promise.all([batch(20, 101), batch(20, 102), batch(20, 103), batch(20, 104)])).flat();
  const refused = last.filter(({ status }) => status !== 200);
  assert.equal(last.length - refused.length, 40);
  for (const { status, body } of refused) {
    assert.equal(status, 400);
    assert.match(body.error_description ?? '', /already holds 1000 tickets/);
  }
});
