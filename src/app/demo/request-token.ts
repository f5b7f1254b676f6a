import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import { demoPrincipals } from './demo-principals.ts';

export interface TokenSource {
  readonly issuerUrl: string;
  /** What {@link startIssuer} wrote. */
  readonly secretFile: string;
}

/** A fresh token for somebody of the demo, or a sentence that says why there is none. */
export async function requestToken(
  name: string,
  { issuerUrl, secretFile }: TokenSource,
): Promise<Result<string, string>> {
  if (!demoPrincipals.has(name)) {
    return err(`nobody in the demo has this name; it knows ${[...demoPrincipals.keys()].join(', ')}`);
  }
  const secret = readSecret(secretFile);
  if (secret === null) return err(notRunning(issuerUrl));
  try {
    const answer = await fetch(`${issuerUrl}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = await answer.json();
    if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
      return ok(body.access_token);
    }
    return err(`the development issuer at ${issuerUrl} refused with status ${answer.status}; restart the demo`);
  } catch {
    return err(notRunning(issuerUrl));
  }
}

function notRunning(issuerUrl: string): string {
  return `the development issuer at ${issuerUrl} is not running; start the demo with \`npm start\``;
}

function readSecret(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
