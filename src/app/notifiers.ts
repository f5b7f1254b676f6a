import { Agent } from 'undici';
import type { ApprovalNews, Notifier } from '../approvals/notifier.ts';
import type { Clock } from '../base/clock.ts';
import { err, type Result } from '../base/result.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { EmailNotifier } from '../notifiers/email.ts';
import { WebhookNotifier } from '../notifiers/webhook.ts';
import type { NotifierSettings } from './config/read-notifiers.ts';

/** The notifiers of the configuration in force. A reload puts others in their place; what is under way is given up. */
export class Notifiers implements Notifier {
  readonly name = 'all';
  readonly #parts: { readonly secrets: SecretSource; readonly clock: Clock };
  readonly #dispatcher = new Agent();
  #live: readonly Notifier[];

  constructor(settings: readonly NotifierSettings[], parts: { readonly secrets: SecretSource; readonly clock: Clock }) {
    this.#parts = parts;
    this.#live = settings.map((one) => this.#open(one));
  }

  async notify(news: ApprovalNews): Promise<Result<null, string>> {
    const told = await Promise.all(
      this.#live.map(async (notifier) => ({ name: notifier.name, result: await notifier.notify(news) })),
    );
    const faults = told.flatMap(({ name, result }) => (result.ok ? [] : [`${name}: ${result.error}`]));
    return faults.length === 0 ? { ok: true, value: null } : err(faults.join('; '));
  }

  async replace(settings: readonly NotifierSettings[]): Promise<void> {
    const before = this.#live;
    this.#live = settings.map((one) => this.#open(one));
    await Promise.all(before.map((notifier) => notifier.close()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#live.map((notifier) => notifier.close()));
    await this.#dispatcher.close();
  }

  #open(settings: NotifierSettings): Notifier {
    const { secrets, clock } = this.#parts;
    return settings.kind === 'webhook'
      ? new WebhookNotifier(settings.webhook, { secrets, clock, dispatcher: this.#dispatcher })
      : new EmailNotifier(settings.email, { secrets });
  }
}
