import { Agent, request } from 'undici';
import { err, ok, type Result } from '../base/result.ts';

export interface GrantedToken {
  readonly token: string;
  readonly lifetimeSeconds: number;
}

/**
 * One request to a token endpoint (RFC 6749, 4.4). Follows no redirect: what is sent is a secret. The error is a phrase without
 * anything that was sent, and of what came only a code of the RFC.
 */
export async function requestToken(
  endpoint: URL,
  form: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Result<GrantedToken, string>> {
  // Asked about once an hour: nothing is kept open in between.
  const agent = new Agent({ pipelining: 0 });
  try {
    const { statusCode, body } = await request(endpoint, {
      dispatcher: agent,
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maximumBytes) return err(`the endpoint sent more than ${maximumBytes} bytes`);
      chunks.push(chunk);
    }
    const answer = parse(Buffer.concat(chunks, length));
    return statusCode === 200 ? granted(answer) : err(refusal(statusCode, answer));
  } catch (error) {
    return err(faultOf(error));
  } finally {
    await agent.destroy();
  }
}

function granted(answer: Readonly<Record<string, unknown>>): Result<GrantedToken, string> {
  const { access_token: token, token_type: type, expires_in: lifetime } = answer;
  // PostgreSQL takes 65,535 bytes of password; a token has no white space and nothing beyond ASCII.
  if (typeof token !== 'string' || !/^[!-~]{1,65535}$/.test(token)) return err('the endpoint sent no token');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    return err('the endpoint sent another kind of token');
  const lifetimeSeconds = typeof lifetime === 'string' ? Number.parseInt(lifetime, 10) : lifetime;
  if (typeof lifetimeSeconds !== 'number' || !(lifetimeSeconds > 0)) {
    return err('the endpoint does not say how long its token lives');
  }
  return ok({ token, lifetimeSeconds });
}

function refusal(status: number, { error }: Readonly<Record<string, unknown>>): string {
  const code = codes.find((known) => known === error);
  return code === undefined ? `the endpoint answered ${status}` : `the endpoint refused the application (${code})`;
}

/** What is no JSON object has no members. */
function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function faultOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'the endpoint did not answer in time';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|TLS|SSL/.test(code)
    ? 'the certificate of the endpoint is not trusted'
    : 'the endpoint cannot be reached';
}

const maximumBytes = 256 * 1024;

/** RFC 6749, 5.2. */
const codes: readonly string[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
];
