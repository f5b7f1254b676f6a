import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clientCertificate, type Signature, selfSigned } from '../support/certificates.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { startManInTheMiddle } from '../support/man-in-the-middle.ts';
import { startTokenEndpoint } from '../support/token-endpoint.ts';
import { prepareUpstream, rolePassword, type UpstreamServer } from '../support/upstream-server.ts';

let clinic: ClinicGateway;
let upstream: UpstreamServer;
before(async () => {
  process.env['TEST_ROLE_PASSWORD'] = rolePassword;
  clinic = await startClinicGateway();
  upstream = await prepareUpstream(clinic);
});
after(() => clinic.stop());

const password = 'password: { env: TEST_ROLE_PASSWORD }';

/** Who the target takes the session for; what is masked stays masked. */
async function whoami(secret?: string): Promise<unknown> {
  const client = await clinic.connect(secret === undefined ? {} : { password: secret });
  try {
    const { rows } = await client.query('select current_user as role, ssn from patients where id = 1');
    assert.equal(rows[0].ssn, '***');
    return rows[0].role;
  } finally {
    await client.end();
  }
}

for (const [role, tls] of [
  ['by_md5', 'off'],
  ['by_md5', 'require'],
  ['by_clear', 'require'],
  ['by_scram', 'off'],
] as const) {
  test(`${role} logs in with tls: ${tls}`, async () => {
    await upstream.use([`{ user: ${role}, ${password} }`], `tls: ${tls}`);
    assert.equal(await whoami(), role);
  });
}

const signatures: readonly Signature[] = [
  'RSA with SHA-256',
  'RSA-PSS with SHA-384',
  'ECDSA with SHA-384',
  'ECDSA with SHA-512',
  'Ed25519',
];

for (const signature of signatures) {
  test(`SCRAM over TLS, the target's certificate signed by ${signature}`, async () => {
    const { cert } = await upstream.present(signature);
    const ca = upstream.file('target.pem', cert);
    await upstream.use([`{ user: by_scram, ${password} }`], `tls: verify-full, ca: "${ca}"`);
    assert.equal(await whoami(), 'by_scram');
  });
}

test('on a link that verifies nothing, nobody in the middle can pass a SCRAM login on', async (context) => {
  await upstream.present('RSA with SHA-256');
  const middle = await startManInTheMiddle(clinic.database.port, await selfSigned('RSA with SHA-256'));
  context.after(() => middle.close());
  await upstream.use(
    [`{ for: ci/first-job, user: by_scram, ${password} }`, `{ user: by_clear, ${password} }`],
    'tls: require',
    middle.port,
  );
  assert.equal(await whoami(), 'by_clear', 'a password in the clear passes: the link is up');
  const job = await clinic.issuer.token({ sub: 'first-job', kind: 'workload' });
  await assert.rejects(whoami(job), /the target refused the credential that Sluice holds/);
  await upstream.use([`{ user: by_scram, ${password} }`], 'tls: require', middle.port);
  await assert.rejects(whoami(), /refuses the credential/, 'nor that of the session that reads the catalogue');
});

test('a client certificate, alone or with a password, read anew for each session', async () => {
  const shown = async (name: string, authority = upstream.authority, signature: Signature = 'ECDSA with SHA-256') => {
    const made = await clientCertificate(authority, signature, name);
    upstream.file('client.pem', made.cert, 0o644);
    upstream.file('client.key', made.key);
  };
  const certificate = 'certificate: { file: client.pem }, key: { file: client.key }';
  await shown('by_certificate');
  await upstream.use([`{ user: by_certificate, ${certificate} }`]);
  assert.equal(await whoami(), 'by_certificate');
  await shown('by_both');
  await assert.rejects(whoami(), { code: '08004', message: /the target refused the credential that Sluice holds/ });
  await shown('by_certificate');
  assert.equal(await whoami(), 'by_certificate');
  await shown(
    'by_certificate',
    await selfSigned('RSA with SHA-256', { name: 'stranger', authority: true }),
    'RSA with SHA-256',
  );
  await assert.rejects(whoami(), { code: '08001', message: /cannot be reached/ });
  upstream.file('client.key', (await selfSigned('Ed25519')).key);
  await assert.rejects(whoami(), /client certificate of the credential and its key do not fit together/);

  await shown('by_both');
  await upstream.use([`{ user: by_both, ${password}, ${certificate} }`]);
  assert.equal(await whoami(), 'by_both');
  await upstream.use([`{ user: by_both, ${password} }`]);
  await assert.rejects(whoami(), /credential/);
});

test('each principal and each group with its own credential', async () => {
  await upstream.use([
    `{ for: ci/first-job, user: alpha, ${password} }`,
    `{ for: group:pipelines, user: beta, ${password} }`,
    `{ user: by_scram, ${password} }`,
  ]);
  const job = (sub: string) => clinic.issuer.token({ sub, kind: 'workload' });
  assert.equal(await whoami(await job('first-job')), 'alpha');
  assert.equal(await whoami(await job('second-job')), 'beta');
  const opened = (await clinic.entries()).filter(({ type }) => type === 'session.opened').slice(-2);
  assert.deepEqual(
    opened.map(({ principal, target }) => [principal, (target as { readonly user: string }).user]),
    [
      ['ci/first-job', 'alpha'],
      ['ci/second-job', 'beta'],
    ],
  );

  await upstream.use([`{ for: ci/first-job, user: alpha, ${password} }`]);
  assert.equal(await whoami(await job('first-job')), 'alpha');
  await assert.rejects(whoami(await job('second-job')), /has no credential for this principal/);
});

test('a token of Entra ID as password', async (context) => {
  const endpoint = await startTokenEndpoint();
  context.after(() => endpoint.close());
  process.env['TEST_APP_SECRET'] = 'canary-app-secret';
  const token = `eyJ.${'x'.repeat(4000)}.sig`;
  endpoint.answer = ({ form }) =>
    form.client_secret === 'canary-app-secret'
      ? { body: { token_type: 'Bearer', expires_in: 3600, access_token: token } }
      : { status: 401, body: { error: 'invalid_client' } };
  // The target looks at no token here: what counts is that it arrives whole.
  await upstream.run(`alter role by_clear password '${token}'`);
  const entra = (secret: string) =>
    `{ user: by_clear, password: { entra: { tenant: contoso.example, clientId: app, clientSecret: { env: ${secret} }, authority: "${endpoint.authority}" } } }`;
  await upstream.use([entra('TEST_ROLE_PASSWORD')]);
  await assert.rejects(whoami(), (error: Error) => {
    assert.match(error.message, /no token for the target can be had from Entra ID: .*\(invalid_client\)/);
    assert.doesNotMatch(error.message, /contoso|127\.0\.0\.1|canary/);
    return true;
  });
  await upstream.use([entra('TEST_APP_SECRET')]);
  assert.equal(await whoami(), 'by_clear');
  assert.equal(await whoami(), 'by_clear');
  assert.equal(endpoint.requests.filter(({ form }) => form.client_secret === 'canary-app-secret').length, 1);
});
