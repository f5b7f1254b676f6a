import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionId } from '../../src/core/ids.ts';
import { startGateway, startTarget } from './loopback.ts';
import { ScriptedJudge } from './scripted-judge.ts';

const notice = { message: 'people are asked' };

/** A session whose first line waits, and whose client was told so. */
async function waiting(context: Parameters<typeof startTarget>[0], ahead: string) {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send(`update\n${ahead}`);
  const asked = await judge.asked.next();
  const { handle } = await judge.opened.next();
  handle.inform(questionId(1), notice);
  await client.expect('wait: people are asked\n');
  return { judge, client, server, asked, handle };
}

test('a client that waits is told so, and its statement runs when it may', async (context) => {
  const { client, server, asked } = await waiting(context, '');
  asked.answer('yes');
  await server.expect('update\n');
  server.send('done\n');
  await client.expect('done\n');
});

for (const [name, ahead] of [
  ['silently', ''],
  ['with more to say', 'select 1\n'],
] as const) {
  test(`a client that hangs up ${name} while it waits takes its statement back`, async (context) => {
    const { judge, client, asked } = await waiting(context, ahead);
    client.socket.end();
    await judge.withdrawn.next();
    asked.answer('no');
    await client.expect('no: a policy forbids it\n');
  });

  test(`a client that resets ${name} while it waits ends its session`, async (context) => {
    const { judge, client, server } = await waiting(context, ahead);
    client.socket.resetAndDestroy();
    assert.deepEqual(await judge.closed.next(), { kind: 'client-lost' });
    assert.equal(await server.rest(), '');
  });
}

test('a client that has closed its half before it is told to wait takes its statement back at once', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client } = await gateway.session(target);
  client.socket.end('update\n');
  const asked = await judge.asked.next();
  const { handle } = await judge.opened.next();
  handle.inform(questionId(1), notice);
  await judge.withdrawn.next();
  await client.expect('wait: people are asked\n');
  asked.answer('no');
  await client.expect('no: a policy forbids it\n');
});
