import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { demoPrincipals } from './demo-principals.ts';

/** The people of the demo, whom the page offers. */
export const demoPeople: readonly string[] = [...demoPrincipals]
  .filter(([, { kind }]) => kind === 'person')
  .map(([name]) => name);

/** Where the development issuer sends whoever logs in. */
export function choosePersonPath(uid: string): string {
  return `/choose/${uid}`;
}

/**
 * In place of a password: one picks whom to be. For a demonstration on one's own machine, and nothing else. Answers whether the
 * request was for it.
 */
export async function choosePerson(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = request.url ?? '';
  const chosen = /^\/choose\/[A-Za-z0-9_-]+\/([a-z]+)$/.exec(path)?.[1];
  if (!path.startsWith('/choose/')) return false;
  try {
    const { prompt } = await provider.interactionDetails(request, response);
    if (prompt.name === 'consent') {
      // Asked for by rule of native clients; whoever runs the demo consents to it.
      await provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
    } else if (request.method === 'POST' && chosen !== undefined && demoPeople.includes(chosen)) {
      await provider.interactionFinished(request, response, { login: { accountId: chosen, remember: true } });
    } else {
      send(response, 200, offered(path));
    }
  } catch {
    send(response, 400, '<p>This login is over. Go back to the gateway and start again.</p>');
  }
  return true;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Development issuer</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}
button{width:100%;min-height:3rem;margin:.3rem 0;font:inherit;cursor:pointer}</style></head><body>${body}</body></html>`);
}

function offered(path: string): string {
  const [, , uid = ''] = path.split('/');
  const buttons = demoPeople.map((name) => {
    const groups = demoPrincipals.get(name)?.groups.join(', ') ?? '';
    return `<form method="post" action="${choosePersonPath(encodeURIComponent(uid))}/${name}"><button type="submit"><strong>${name}</strong> (${groups})</button></form>`;
  });
  return `<h1>Who are you?</h1><p>The development issuer of the demo asks for no password. It listens on this machine only.</p>${buttons.join('')}`;
}
