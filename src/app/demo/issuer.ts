import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider';
import { choosePerson, choosePersonPath, demoPeople } from './choose-person.ts';
import { demoPrincipals } from './demo-principals.ts';
import { issuerKey } from './issuer-keys.ts';

export interface IssuerOptions {
  /** Keys and the client secret live here. */
  readonly folder: string;
  /** On 127.0.0.1; 0: a free one. */
  readonly port: number;
  /** Where people reach the gateway: their browsers come back there. */
  readonly apiUrl: string;
}

/** The development identity provider. */
export interface DevelopmentIssuer {
  /** Its `iss`. */
  readonly url: string;
  /** Holds the secret that fetches tokens: new at every start, for this user of this machine only. */
  readonly secretFile: string;
  stop(): Promise<void>;
}

/** Starts an OpenID provider that makes tokens for everybody in the demo, by client credentials, and logs its people in. Never for production. */
export async function startIssuer({ folder, port, apiUrl }: IssuerOptions): Promise<DevelopmentIssuer> {
  const key = await issuerKey(join(folder, 'issuer-key.json'));
  const secret = randomBytes(32).toString('base64url');
  const secretFile = join(folder, 'issuer-secret');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${portOf(server)}`;
    const provider = quietly(
      () => new Provider(url, { ...settings, clients: clients(secret, apiUrl), jwks: { keys: [key] } }),
    );
    const protocol = provider.callback();
    server.on('request', async (request, response) => {
      if (!(await choosePerson(provider, request, response))) await protocol(request, response);
    });
    rmSync(secretFile, { force: true });
    writeFileSync(secretFile, secret, { mode: 0o600 });
    return { url, secretFile, stop: () => stop(server, secretFile) };
  } catch (error) {
    await stop(server, secretFile);
    throw error;
  }
}

/** The audience of everybody's tokens: an ID token is for its client. */
export const loginClientId = 'sluice';

/** Seconds. Long enough for a demonstration, short enough for a bearer token. */
const tokenSeconds = 3600;

const settings: Configuration = {
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:sluice:demo',
      getResourceServerInfo: () => ({
        scope: '',
        audience: 'sluice',
        accessTokenFormat: 'jwt',
        accessTokenTTL: tokenSeconds,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  formats: {
    customizers: {
      jwt: (_, token, parts) => {
        // What a browser's login comes with beside the ID token: it opens nothing.
        if (token.kind !== 'ClientCredentials') return;
        const name = token.clientId ?? '';
        const principal = demoPrincipals.get(name);
        if (principal === undefined) throw new Error('a client that the demo does not know');
        const { kind, groups, claims } = principal;
        const now = Math.floor(Date.now() / 1000);
        // A person logs in with a tool, which is the client then; the demo leaves out the browser.
        const login = kind === 'person' ? { auth_time: now, client_id: 'sluice-cli' } : {};
        Object.assign(parts.payload, { sub: name, groups, kind, ...login, ...claims });
      },
    },
  },
  // The claims of a person stand in the ID token, as those of a workload stand in its token.
  conformIdTokenClaims: false,
  claims: { openid: ['sub', 'name', 'groups', 'kind'] },
  findAccount: (_, name) => {
    const principal = demoPrincipals.get(name);
    if (principal === undefined || !demoPeople.includes(name)) return undefined;
    const { groups, kind, claims } = principal;
    return { accountId: name, claims: () => ({ sub: name, groups: [...groups], kind, ...claims }) };
  },
  interactions: { url: (_, { uid }) => choosePersonPath(uid) },
  loadExistingGrant: async ({ oidc: { client, session, provider } }) => {
    const accountId = session?.accountId;
    if (client === undefined || accountId === undefined) return undefined;
    const grant = new provider.Grant({ clientId: client.clientId, accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  ttl: {
    ClientCredentials: tokenSeconds,
    AccessToken: tokenSeconds,
    AuthorizationCode: 60,
    IdToken: tokenSeconds,
    Session: tokenSeconds,
    Grant: tokenSeconds,
    Interaction: 600,
  },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
};

function clients(secret: string, apiUrl: string): ClientMetadata[] {
  const machines: ClientMetadata[] = [...demoPrincipals.keys()].map((name) => ({
    client_id: name,
    client_secret: secret,
    id_token_signed_response_alg: 'ES256',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  }));
  return [...machines, browsers(apiUrl)];
}

/** The gateway's pages and `sluice login`: a public client, so that the command line may be it (RFC 8252, 7.3: any port). */
function browsers(apiUrl: string): ClientMetadata {
  return {
    client_id: loginClientId,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [`${apiUrl}/login/callback`, 'http://127.0.0.1/callback'],
    require_auth_time: true,
  };
}

/** The provider says at construction that its store is in memory and for development: here it is meant to be. */
function quietly<T>(construct: () => T): T {
  const warn = console.warn;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('development-only in-memory adapter')) warn(...words);
  };
  try {
    return construct();
  } finally {
    console.warn = warn;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  return address.port;
}

async function stop(server: Server, secretFile: string): Promise<void> {
  rmSync(secretFile, { force: true });
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
