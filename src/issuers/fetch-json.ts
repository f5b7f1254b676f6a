import { type Dispatcher, request } from 'undici';
import { err, ok, type Result } from '../base/result.ts';

export interface FetchLimits {
  /** From the first byte out to the last byte in, however slowly it drips. */
  readonly timeoutMs: number;
  readonly maximumBytes: number;
}

/** One GET of a JSON document. Follows no redirect. The error is a phrase without anything that the other side sent. */
export async function fetchJson(
  url: URL,
  limits: FetchLimits,
  dispatcher: Dispatcher,
): Promise<Result<unknown, string>> {
  try {
    const signal = AbortSignal.timeout(limits.timeoutMs);
    const response = await request(url, { dispatcher, signal, headers: { accept: 'application/json' } });
    if (response.statusCode !== 200) {
      response.body.on('error', ignoreLateFault).destroy();
      return err(
        response.statusCode >= 300 && response.statusCode < 400
          ? 'it redirects elsewhere'
          : `it answered ${response.statusCode}`,
      );
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > limits.maximumBytes) return err(`it sent more than ${limits.maximumBytes} bytes`);
      chunks.push(chunk);
    }
    return parse(Buffer.concat(chunks, length));
  } catch (error) {
    return err(faultOf(error));
  }
}

function parse(bytes: Buffer): Result<unknown, string> {
  try {
    return ok(JSON.parse(bytes.toString('utf8')));
  } catch {
    return err('it sent something that is not JSON');
  }
}

/** The answer was refused already; how its stream ends changes nothing. */
function ignoreLateFault(): void {
  return;
}

function faultOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it did not answer in time';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|TLS|SSL/.test(code)) return 'its certificate is not trusted';
  return faults.get(code) ?? 'the request failed';
}

const faults: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection lost'],
  ['UND_ERR_SOCKET', 'connection lost'],
  ['ENOTFOUND', 'its name does not resolve'],
  ['EAI_AGAIN', 'its name does not resolve'],
  ['EHOSTUNREACH', 'no route to it'],
  ['ENETUNREACH', 'no route to it'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it did not answer in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'it did not answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'it did not answer in time'],
]);
