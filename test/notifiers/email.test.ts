import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { ApprovalNews } from '../../src/approvals/notifier.ts';
import { err, ok } from '../../src/base/result.ts';
import { EmailNotifier, type EmailSettings } from '../../src/notifiers/email.ts';
import { selfSigned } from '../support/certificates.ts';

const news: ApprovalNews = {
  kind: 'requested',
  id: 'apr_1',
  principal: 'demo/nightly-etl',
  connection: 'clinic',
  summary: 'update public.patients',
  groups: ['compliance'],
  link: 'https://sluice.example/approvals/apr_1',
  at: '2026-11-22T03:00:00.000000Z',
  expiresAt: '2026-11-22T03:15:00.000000Z',
};

interface Mail {
  readonly to: readonly string[];
  readonly text: string;
  readonly user: string | undefined;
  readonly tls: boolean;
}

/** A mail server that accepts user `sluice` with password `right`, and keeps what it is given. */
async function mailServer(context: TestContext, options: SMTPServerOptions) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    logger: false,
    onAuth: ({ username, password }, _session, answer) =>
      password === 'right' ? answer(null, { user: username ?? '' }) : answer(new Error(`no: ${password}`)),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString(), user: session.user, tls: session.secure });
        done();
      });
    },
    ...options,
  });
  // A client that does not trust the certificate hangs up within the handshake.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  context.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const bound = server.server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  return { mails, port: bound.port };
}

function notifier(settings: Partial<EmailSettings> & { readonly port: number }, password = 'right') {
  return new EmailNotifier(
    {
      name: 'mail',
      host: '127.0.0.1',
      tls: 'off',
      ca: null,
      user: null,
      password: null,
      from: 'sluice@hospital.example',
      to: new Map([
        ['compliance', ['dana@hospital.example', 'sam@hospital.example']],
        ['platform', ['ada@hospital.example']],
        ['*', ['log@hospital.example']],
      ]),
      ...settings,
    },
    { secrets: { read: async () => ok(password) }, delaysMs: [1] },
  );
}

test('a mail goes to the groups that are asked, with names and a link', async (context) => {
  const { mails, port } = await mailServer(context, { authOptional: true, disabledCommands: ['STARTTLS'] });
  assert.deepEqual(await notifier({ port }).notify(news), ok(null));
  const [mail] = mails;
  assert.deepEqual(mail?.to, ['log@hospital.example', 'dana@hospital.example', 'sam@hospital.example']);
  const text = mail?.text ?? '';
  assert.match(text, /^Subject: Sluice: an approval is asked for \(apr_1\)\r$/m);
  for (const part of ['demo/nightly-etl', 'update public.patients', news.link]) assert.ok(text.includes(part), part);
  assert.doesNotMatch(text, /dana@|^Bcc:/m);
});

test('a break-glass is told to everybody, and a group without addresses to nobody', async (context) => {
  const { mails, port } = await mailServer(context, { authOptional: true, disabledCommands: ['STARTTLS'] });
  await notifier({ port }).notify({ ...news, kind: 'break-glass', groups: [] });
  assert.equal(mails[0]?.to.length, 4);
  const to = new Map([['platform', ['ada@hospital.example']]]);
  assert.deepEqual(await notifier({ port, to }).notify(news), ok(null));
  assert.equal(mails.length, 1);
});

test('with starttls nothing is said in the clear, and with a password the server is told who we are', async (context) => {
  const { cert, key } = await selfSigned('ECDSA with SHA-256');
  const { mails, port } = await mailServer(context, { cert, key });
  const secured = { port, tls: 'starttls', user: 'sluice', password: { env: 'MAIL' }, ca: cert } as const;
  assert.deepEqual(await notifier(secured).notify(news), ok(null));
  assert.deepEqual([mails[0]?.user, mails[0]?.tls], ['sluice', true]);
  const wrong = await notifier(secured, 'wrong').notify(news);
  assert.deepEqual(wrong, err('the mail server does not accept user and password'));
  const untrusted = await notifier({ ...secured, ca: null }).notify(news);
  assert.deepEqual(untrusted, err('the mail server cannot be reached, or its certificate is not trusted'));
  assert.equal(mails.length, 1);
});

test('a mail server that cannot do what is required gets nothing', async (context) => {
  const { mails, port } = await mailServer(context, { authOptional: true, disabledCommands: ['STARTTLS'] });
  assert.deepEqual(
    await notifier({ port, tls: 'starttls' }).notify(news),
    err('the mail server does not speak TLS as required'),
  );
  assert.equal((await notifier({ port: 1 }).notify(news)).ok, false);
  assert.equal(mails.length, 0);
});
