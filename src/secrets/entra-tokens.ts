import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { EntraApplication, LocalSecret } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import { signAssertion } from './client-assertion.ts';
import { type GrantedToken, requestToken } from './request-token.ts';

/** Where the application's own secret comes from. */
export interface SecretReader {
  read(reference: LocalSecret): Promise<Result<string, Denial>>;
}

/**
 * Access tokens of Entra ID for Azure Database for PostgreSQL, which takes them as passwords when a session begins. One request
 * at a time for each application; a token serves until shortly before it expires, and until it does where no new one is to be
 * had.
 */
export class EntraTokens {
  readonly #secrets: SecretReader;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** As many as the configurations of this process have named. */
  readonly #kept = new Map<string, Kept>();

  constructor(secrets: SecretReader, clock: Clock, timeoutMs = 5000) {
    this.#secrets = secrets;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async read(application: EntraApplication): Promise<Result<string, Denial>> {
    const kept = this.#keptOf(application);
    const now = this.#clock.monotonic();
    if (kept.token !== null && now < kept.token.renewAt) return ok(kept.token.value);
    if (kept.refusal === null || now >= kept.refusal.until) {
      kept.pending ??= this.#renew(application, kept).finally(() => {
        kept.pending = null;
      });
      await kept.pending;
    }
    const { token, refusal } = kept;
    if (token !== null && this.#clock.monotonic() < token.expiresAt) return ok(token.value);
    return err(refusal?.denial ?? unavailable('it has expired'));
  }

  async #renew(application: EntraApplication, kept: Kept): Promise<void> {
    const granted = await this.#request(application);
    const now = this.#clock.monotonic();
    if (!granted.ok) {
      kept.refusal = { denial: granted.error, until: now + retryMs };
      return;
    }
    const lifetimeMs = granted.value.lifetimeSeconds * 1000;
    kept.refusal = null;
    kept.token = {
      value: granted.value.token,
      renewAt: now + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 2),
      expiresAt: now + lifetimeMs,
    };
  }

  async #request(application: EntraApplication): Promise<Result<GrantedToken, Denial>> {
    const { authority, tenant, clientId, scope } = application;
    const endpoint = new URL(`${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`);
    const proof = await this.#prove(application, endpoint);
    if (!proof.ok) return proof;
    const form = { grant_type: 'client_credentials', client_id: clientId, scope, ...proof.value };
    const granted = await requestToken(endpoint, form, this.#timeoutMs);
    return granted.ok ? granted : err(unavailable(granted.error));
  }

  async #prove({ clientId, proof }: EntraApplication, endpoint: URL): Promise<Result<Form, Denial>> {
    if ('secret' in proof) {
      const secret = await this.#secrets.read(proof.secret);
      return secret.ok ? ok({ client_secret: secret.value }) : secret;
    }
    if ('assertion' in proof) {
      const assertion = await this.#secrets.read(proof.assertion);
      return assertion.ok ? ok(asserting(assertion.value)) : assertion;
    }
    const certificate = await this.#secrets.read(proof.certificate.certificate);
    if (!certificate.ok) return certificate;
    const key = await this.#secrets.read(proof.certificate.key);
    if (!key.ok) return key;
    const signed = await signAssertion({
      certificate: certificate.value,
      key: key.value,
      clientId,
      audience: endpoint,
      now: this.#clock.now(),
    });
    return signed.ok ? ok(asserting(signed.value)) : err(unavailable(signed.error));
  }

  #keptOf(application: EntraApplication): Kept {
    const name = JSON.stringify(application);
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const fresh: Kept = { token: null, refusal: null, pending: null };
    this.#kept.set(name, fresh);
    return fresh;
  }
}

/** Times are milliseconds of the monotonic clock. */
interface Kept {
  token: { readonly value: string; readonly renewAt: number; readonly expiresAt: number } | null;
  refusal: { readonly denial: Denial; readonly until: number } | null;
  pending: Promise<void> | null;
}

/** Targets look at a token when a session begins: one that expires on the way there is of no use. */
const renewBeforeMs = 5 * 60 * 1000;
/** Sessions may come by the hundred while the endpoint is down. */
const retryMs = 2000;

type Form = Readonly<Record<string, string>>;

/** RFC 7523, 2.2. */
function asserting(assertion: string): Form {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}

function unavailable(because: string): Denial {
  return {
    code: 'secret_unavailable',
    message: `no token for the target can be had from Entra ID: ${because}`,
    hint: 'the operator looks after what the configuration names under credentials; try again in a moment',
  };
}
