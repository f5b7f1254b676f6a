import { systemClock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { errorCodes } from '../core/error-codes.ts';
import type { AppVerbs, Refused } from './app-verbs.ts';
import type { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { type StoredToken, TokenStore } from './token-store.ts';

/** Asks a running gateway over its API. */
export class GatewayClient {
  /** Of `sluice login`. */
  readonly tokens: TokenStore;
  readonly #verbs: AppVerbs;
  readonly #env: Io['env'];

  constructor(verbs: AppVerbs, env: Io['env']) {
    this.#verbs = verbs;
    this.#env = env;
    this.tokens = new TokenStore(env);
  }

  /** Where the gateway is: `SLUICE_URL`, else the demo. */
  url(): Result<URL, Failure> {
    const text = this.#env.SLUICE_URL ?? this.#verbs.demoDefaults().url;
    const url = URL.parse(text);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      return usage('SLUICE_URL is not an http or https URL', 'for example https://sluice.example');
    }
    if (url.username !== '' || url.password !== '') {
      return usage('SLUICE_URL holds a user or a password', 'tokens belong into SLUICE_TOKEN');
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      return usage('SLUICE_URL would send the token unencrypted', 'use https, or http on loopback');
    }
    return ok(url);
  }

  /** With a token of somebody else where one is given. */
  async read<T>(path: string, token?: string): Promise<Result<T, Failure>> {
    return this.#ask('GET', path, undefined, token);
  }

  /** What is for everybody: no token is sent. */
  async readOpenly<T>(path: string): Promise<Result<T, Failure>> {
    return this.#ask('GET', path, undefined, null);
  }

  async change<T>(path: string, body?: object): Promise<Result<T, Failure>> {
    return this.#ask('POST', path, body);
  }

  async #ask<T>(method: string, path: string, body?: object, as?: string | null): Promise<Result<T, Failure>> {
    const url = this.url();
    if (!url.ok) return url;
    const token = as === undefined ? await this.#token(url.value) : ok({ text: as, ofDemo: false });
    if (!token.ok) return err({ ...token.error, exit: 1 });
    const headers: Record<string, string> = {};
    if (token.value.text !== null) headers['authorization'] = `Bearer ${token.value.text}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(new URL(`/api/v1/${path}`, url.value), {
        method,
        headers,
        // A redirect would carry the token to wherever it points.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await answer.text();
    } catch {
      return err({
        message: `no gateway answers at ${url.value.origin}`,
        hint: 'start the demo with "npm start", or set SLUICE_URL to a gateway that runs',
        exit: 1,
      });
    }
    return read(answer, text, token.value.ofDemo);
  }

  async #token(url: URL): Promise<Result<{ readonly text: string; readonly ofDemo: boolean }, Refused>> {
    const given = this.#env.SLUICE_TOKEN;
    if (given !== undefined && given !== '') return ok({ text: given, ofDemo: false });
    const kept = this.tokens.find(url.origin);
    if (kept !== null)
      return Date.parse(kept.expiresAt) > systemClock.now() / 1000
        ? ok({ text: kept.token, ofDemo: false })
        : err(ended(kept));
    const defaults = this.#verbs.demoDefaults();
    if (url.origin !== new URL(defaults.url).origin) {
      return err({
        message: 'SLUICE_TOKEN is not set',
        hint: 'log in with "sluice login", or set it to a token of yours from an issuer of the gateway',
      });
    }
    const token = await defaults.token();
    return token.ok ? ok({ text: token.value, ofDemo: true }) : token;
  }
}

function ended({ expiresAt }: StoredToken): Refused {
  return {
    message: `your login expired at ${expiresAt}`,
    hint: 'log in again with "sluice login", or forget it with "sluice logout"',
  };
}

const timeoutMs = 30_000;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function usage(message: string, hint: string): Result<never, Failure> {
  return err({ message, hint, exit: 2 });
}

function read<T>(answer: Response, text: string, ofDemo: boolean): Result<T, Failure> {
  const body = parsed(text);
  if (answer.ok && body !== undefined) return ok(body as T);
  const problem = problemIn(body);
  if (problem === null) {
    const message = `the answer is not one of Sluice (HTTP ${answer.status})`;
    return err({ message, hint: 'SLUICE_URL should lead to the API of a gateway', exit: 1 });
  }
  const readOnly = problem.code === 'forbidden' && ofDemo;
  return err({
    message: problem.message,
    faults: problem.faults,
    hint: readOnly ? readOnlyHint : problem.hint,
    exit: exitOf(problem.code),
  });
}

const readOnlyHint =
  'the default token of the demo only reads; put SLUICE_TOKEN=$(npx sluice token ada) before the command, as in: ' +
  'SLUICE_TOKEN=$(npx sluice token ada) npx sluice principals disable demo/nightly-etl';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface ProblemRead {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly faults: readonly string[];
}

/** The API's Problem, read with care: whatever answered may be something else. */
function problemIn(body: unknown): ProblemRead | null {
  if (!isRecord(body) || !isRecord(body.error)) return null;
  const { code, message, hint, faults } = body.error;
  if (typeof code !== 'string' || typeof message !== 'string') return null;
  return {
    code,
    message,
    hint: typeof hint === 'string' ? hint : null,
    faults: Array.isArray(faults) ? faults.filter((fault) => typeof fault === 'string') : [],
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function exitOf(code: string): 1 | 2 {
  const spelling = Object.entries(errorCodes).find(([known]) => known === code)?.[1];
  return spelling?.exit === 2 ? 2 : 1;
}
