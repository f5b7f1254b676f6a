import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client';
import { Agent, fetch as fetchThrough } from 'undici';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { parseIssuerUrl } from './issuer-url.ts';

/** The issuer of people, and Sluice as a client of it. */
export interface OpenIdClient {
  readonly entry: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly isPublic: boolean;
}

export interface OpenIdOptions {
  readonly client: OpenIdClient;
  /** PEM of the authorities to trust for the issuer; null: those of the system. */
  readonly ca: string | null;
  /** Null: a public client. Read anew for every login. */
  readonly secret: (() => Promise<Result<string, Denial>>) | null;
  readonly clock: Clock;
}

/** One way to the issuer and back. */
export interface OpenIdAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly fresh: boolean;
}

/** Logs people in: authorization code with PKCE (RFC 7636), state and nonce. Whom the ID token is of is for others to check. */
export class OpenIdLogin {
  readonly client: OpenIdClient;
  readonly #options: OpenIdOptions;
  readonly #agent: Agent;
  #discovered: { readonly server: ServerMetadata; readonly at: number } | null = null;

  constructor(options: OpenIdOptions) {
    this.client = options.client;
    this.#options = options;
    this.#agent = new Agent({
      maxResponseSize: maximumBytes,
      ...(options.ca === null ? {} : { connect: { ca: options.ca } }),
    });
  }

  async begin({ state, nonce, verifier, redirectUri, fresh }: OpenIdAttempt): Promise<Result<URL, Denial>> {
    const server = await this.#server();
    if (!server.ok) return server;
    const parameters = {
      redirect_uri: redirectUri,
      scope: this.client.scopes.join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // Core, 3.1.2.1: with it the issuer says when the person logged in (auth_time), which deciding depends on.
      max_age: String(fresh ? freshSeconds : longestSeconds),
      ...(fresh ? { prompt: 'login' } : {}),
    };
    return ok(buildAuthorizationUrl(this.#configured(server.value, None()), parameters));
  }

  async redeem(answer: URLSearchParams, attempt: OpenIdAttempt): Promise<Result<string, Denial>> {
    if (answer.has('error')) return err(refusedByIssuer);
    const server = await this.#server();
    if (!server.ok) return server;
    const proof = await this.#proof(server.value);
    if (!proof.ok) return proof;
    const url = new URL(attempt.redirectUri);
    url.search = answer.toString();
    try {
      const tokens = await authorizationCodeGrant(this.#configured(server.value, proof.value), url, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      });
      return tokens.id_token === undefined ? err(notAcceptable) : ok(tokens.id_token);
    } catch {
      // Of the library and of the network: either way nobody is logged in, and the text may hold what the issuer sent.
      return err(notAcceptable);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #server(): Promise<Result<ServerMetadata, Denial>> {
    const now = this.#options.clock.monotonic();
    if (this.#discovered !== null && now - this.#discovered.at < discoveryMs) return ok(this.#discovered.server);
    const issuer = parseIssuerUrl(this.client.issuer);
    if (!issuer.ok) return err(this.#unavailable());
    try {
      const found = await discovery(issuer.value, this.client.clientId, undefined, None(), {
        [customFetch]: this.#fetch,
        timeout: timeoutSeconds,
        execute: issuer.value.protocol === 'http:' ? [allowInsecureRequests] : [],
      });
      const server = found.serverMetadata();
      this.#discovered = { server, at: now };
      return ok(server);
    } catch {
      return err(this.#unavailable());
    }
  }

  #configured(server: ServerMetadata, proof: ClientAuth): Configuration {
    const configuration = new Configuration(server, this.client.clientId, undefined, proof);
    configuration[customFetch] = this.#fetch;
    configuration.timeout = timeoutSeconds;
    // Only an issuer on loopback is configured with http, and only its own endpoints are then asked without TLS.
    if (this.client.issuer.startsWith('http:')) allowInsecureRequests(configuration);
    return configuration;
  }

  /** Core, 9: without a statement of the issuer it takes the secret as Basic. */
  async #proof(server: ServerMetadata): Promise<Result<ClientAuth, Denial>> {
    if (this.#options.secret === null) return ok(None());
    const secret = await this.#options.secret();
    if (!secret.ok) return secret;
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return ok(ways.includes('client_secret_basic') ? ClientSecretBasic(secret.value) : ClientSecretPost(secret.value));
  }

  readonly #fetch: CustomFetch = async (url, { body, headers, method, signal }) => {
    const answer = await fetchThrough(url, {
      method,
      headers,
      redirect: 'manual',
      dispatcher: this.#agent,
      ...(signal === undefined ? {} : { signal }),
      ...(body instanceof URLSearchParams || typeof body === 'string' ? { body: body.toString() } : {}),
    });
    return new Response(await answer.arrayBuffer(), {
      status: answer.status,
      headers: [...answer.headers],
    });
  };

  #unavailable(): Denial {
    return {
      code: 'issuer_unavailable',
      message: `issuer ${JSON.stringify(this.client.entry)} does not say how people log in there`,
      hint: 'try again in a moment; the operator sees to it that this gateway reaches the issuer',
    };
  }
}

const refusedByIssuer: Denial = {
  code: 'token_refused',
  message: 'the issuer did not log you in',
  hint: 'start again, and ask the operator of the issuer if it stays so',
};

const notAcceptable: Denial = {
  code: 'token_refused',
  message: 'the answer of the issuer is not acceptable',
  hint: 'start again; the operator sees to it that the client of `api.login` is registered as it is configured',
};

const timeoutSeconds = 10;
const maximumBytes = 1024 * 1024;
const discoveryMs = 10 * 60 * 1000;
/** A session of the issuer's older than this asks for the person again. */
const longestSeconds = 8 * 60 * 60;
const freshSeconds = 60;
