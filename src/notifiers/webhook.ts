import { randomUUID } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import type { ApprovalNews, Notifier } from '../approvals/notifier.ts';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { LocalSecret } from '../core/connection.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { attempts } from './attempts.ts';
import { signWebhook, webhookKey } from './webhook-signature.ts';

export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  /** 24 to 64 bytes in base64, after `whsec_`. */
  readonly secret: LocalSecret;
}

export interface WebhookParts {
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  /** Milliseconds before each further attempt. */
  readonly delaysMs?: readonly number[];
}

/**
 * Posts news as JSON, signed as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks): the receiver checks
 * the signature, refuses old timestamps, and remembers ids. Every attempt of one piece of news has the same id.
 */
export class WebhookNotifier implements Notifier {
  readonly name: string;
  readonly #settings: WebhookSettings;
  readonly #parts: WebhookParts;
  readonly #closing = new AbortController();

  constructor(settings: WebhookSettings, parts: WebhookParts) {
    this.name = settings.name;
    this.#settings = settings;
    this.#parts = parts;
  }

  notify(news: ApprovalNews): Promise<Result<null, string>> {
    const id = `msg_${randomUUID()}`;
    const body = Buffer.from(JSON.stringify({ type: `approval.${news.kind}`, timestamp: news.at, data: news }));
    const { delaysMs } = this.#parts;
    return attempts(() => this.#post(id, body), this.#closing.signal, delaysMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #post(id: string, body: Buffer): Promise<Result<null, string>> {
    const secret = await this.#parts.secrets.read(this.#settings.secret);
    if (!secret.ok) return err('its secret cannot be read');
    const key = webhookKey(secret.value);
    if (key === null) return err('its secret is not 24 to 64 bytes in base64 after `whsec_`');
    const timestamp = String(Math.floor(this.#parts.clock.now() / 1_000_000));
    try {
      const response = await request(this.#settings.url, {
        method: 'POST',
        dispatcher: this.#parts.dispatcher,
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(attemptMs)]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signWebhook(key, id, timestamp, body),
        },
        body,
      });
      response.body.on('error', ignoreLateFault).destroy();
      const { statusCode } = response;
      return statusCode >= 200 && statusCode < 300 ? ok(null) : err(`it answered ${statusCode}`);
    } catch {
      // The error of a client quotes addresses and headers: it is not for a log.
      return err('it cannot be reached, or did not answer in time');
    }
  }
}

/** The answer counts by its status alone. */
function ignoreLateFault(): void {
  return;
}

const attemptMs = 10_000;
