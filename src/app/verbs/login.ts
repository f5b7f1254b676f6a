import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../base/clock.ts';
import { err, type Result } from '../../base/result.ts';
import type { AppVerbs, LoginWish, Refused } from '../../cli/app-verbs.ts';
import { type OpenIdAttempt, OpenIdLogin } from '../../issuers/openid-login.ts';

/**
 * Logs a person in from a terminal (RFC 8252, 7.3): their browser goes to the issuer and comes back to a port of this machine
 * that is open for nothing else. The answer is the ID token.
 */
export async function login(wish: LoginWish): ReturnType<AppVerbs['login']> {
  const { issuer, clientId, scopes } = wish;
  const provider = new OpenIdLogin({
    client: { entry: issuer, issuer, clientId, scopes, isPublic: true },
    ca: null,
    secret: null,
    clock: systemClock,
  });
  const server = createServer().listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const attempt = {
      ...{ state: random(), nonce: random(), verifier: random() },
      redirectUri: `http://127.0.0.1:${port}/callback`,
      fresh: true,
    };
    const begun = await provider.begin(attempt);
    if (!begun.ok) return err(refusal(begun.error));
    wish.say(begun.value.href);
    if (wish.browser) openBrowser(begun.value.href);
    return await comeBack(server, provider, attempt);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown fault';
    return err({ message: `no port of this machine could be opened for the answer (${code})`, hint: null });
  } finally {
    server.close();
    server.closeAllConnections();
    await provider.close();
  }
}

/** Waits for the one request that answers this attempt; what else arrives at the port changes nothing. */
async function comeBack(
  server: Server,
  provider: OpenIdLogin,
  attempt: OpenIdAttempt,
): Promise<Result<string, Refused>> {
  const { promise, resolve } = Promise.withResolvers<Result<string, Refused>>();
  const timer = setTimeout(() => resolve(err(tooLate)), patienceMs);
  let answered = false;
  server.on('request', async (request, response) => {
    const url = URL.parse(request.url ?? '', attempt.redirectUri);
    if (request.method !== 'GET' || url?.pathname !== '/callback') return say(response, 404, 'There is nothing here.');
    if (answered || url.searchParams.get('state') !== attempt.state) {
      return say(response, 400, 'This is not the answer that the terminal waits for.');
    }
    answered = true;
    const redeemed = await provider.redeem(url.searchParams, attempt);
    await say(
      response,
      redeemed.ok ? 200 : 400,
      redeemed.ok
        ? 'You may close this window and go back to the terminal.'
        : 'The login failed; the terminal says why.',
    );
    resolve(redeemed.ok ? redeemed : err(refusal(redeemed.error)));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function say(response: ServerResponse, status: number, text: string): Promise<void> {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  response.end(`${text}\n`, resolve);
  // A browser that went away without its answer keeps nobody.
  response.once('close', resolve);
  await promise;
}

function openBrowser(url: string): void {
  const [command, ...given] = openers[process.platform] ?? ['xdg-open'];
  if (command === undefined) return;
  const child = spawn(command, [...given, url], { stdio: 'ignore', detached: true });
  // The URL was printed: whoever has no such program opens it by hand.
  child.on('error', () => undefined);
  child.unref();
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function refusal({ message, hint }: { readonly message: string; readonly hint?: string }): Refused {
  return { message, hint: hint ?? null };
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

const tooLate: Refused = { message: 'nobody logged in within 5 minutes', hint: 'start again' };
const patienceMs = 5 * 60 * 1000;
