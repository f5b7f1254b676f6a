import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/app/demo/free-port.ts';
import { type DevelopmentIssuer, startIssuer } from '../../src/app/demo/issuer.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import { OpenIdLogin } from '../../src/issuers/openid-login.ts';
import { PublishedKeySource } from '../../src/issuers/published-key-source.ts';
import { Browser, type Visit } from '../support/browser.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { type TestApi, testApi } from './test-api.ts';

/** An API on a port of its own, before the development issuer of the demo: people log in for real. */
export interface LoginWorld {
  readonly url: string;
  readonly api: TestApi;
  readonly issuer: DevelopmentIssuer;
  /** A fresh browser that opens a page, and picks somebody where the issuer asks. */
  open(path: string, as: string, browser?: Browser): Promise<{ readonly browser: Browser; readonly visit: Visit }>;
  stop(): Promise<void>;
}

export async function startLoginWorld(): Promise<LoginWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-login-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const issuer = await startIssuer({ folder, port: 0, apiUrl: url });
  const keys = new PublishedKeySource(systemClock);
  const control = new KnownPeople(new Authenticator([peopleOf(issuer.url)], keys, systemClock));
  const client = { entry: 'demo', issuer: issuer.url, clientId: 'sluice', scopes: ['openid'], isPublic: true };
  const login = new OpenIdLogin({ client, ca: null, secret: null, clock: systemClock });
  const api = testApi({ control, login, publicUrl: url, address: `127.0.0.1:${port}` });
  await api.app.listen({ port, host: '127.0.0.1' });
  return {
    url,
    api,
    issuer,
    async open(path, as, browser = new Browser()) {
      const asked = await browser.get(`${url}${path}`);
      const form = new RegExp(`action="(/choose/[^"]+/${as})"`).exec(asked.text)?.[1];
      if (form === undefined) return { browser, visit: asked };
      return { browser, visit: await browser.post(`${issuer.url}${form}`, {}) };
    },
    async stop() {
      await api.app.close();
      await login.close();
      await keys.close();
      await issuer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tokens of the issuer, and those that stand for somebody without one. */
class KnownPeople extends InMemoryControl {
  readonly #authenticator: Authenticator;

  constructor(authenticator: Authenticator) {
    super();
    this.#authenticator = authenticator;
  }

  override async authenticate(token: string): ReturnType<InMemoryControl['authenticate']> {
    return token.startsWith('token-of-') ? super.authenticate(token) : this.#authenticator.authenticate(token);
  }
}

function peopleOf(issuer: string): IssuerSettings {
  return {
    id: 'demo',
    issuer,
    audience: 'sluice',
    profile: 'people',
    require: new Map([['kind', ['person']]]),
    groups: [],
    groupsFrom: { claim: 'groups', mapping: null },
    jwksUri: null,
    ca: null,
    subject: 'sub',
  };
}
