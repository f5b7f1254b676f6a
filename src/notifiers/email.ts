import { createTransport, type Transporter } from 'nodemailer';
import type { ApprovalNews, Notifier } from '../approvals/notifier.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { LocalSecret } from '../core/connection.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { attempts } from './attempts.ts';
import { emailText } from './email-text.ts';

export interface EmailSettings {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `starttls`: asked for, and insisted on. `off` is for this machine only. */
  readonly tls: 'implicit' | 'starttls' | 'off';
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca: string | null;
  readonly user: string | null;
  readonly password: LocalSecret | null;
  readonly from: string;
  /** Addresses of each group; those of `*` hear of everything. */
  readonly to: ReadonlyMap<string, readonly string[]>;
}

export interface EmailParts {
  readonly secrets: SecretSource;
  /** Milliseconds before each further attempt. */
  readonly delaysMs?: readonly number[];
}

/** Mails news to the groups that it concerns (SMTP, RFC 5321): names and a link, never a statement. */
export class EmailNotifier implements Notifier {
  readonly name: string;
  readonly #settings: EmailSettings;
  readonly #parts: EmailParts;
  readonly #closing = new AbortController();

  constructor(settings: EmailSettings, parts: EmailParts) {
    this.name = settings.name;
    this.#settings = settings;
    this.#parts = parts;
  }

  async notify(news: ApprovalNews): Promise<Result<null, string>> {
    const to = recipients(this.#settings.to, news);
    if (to.length === 0) return ok(null);
    return attempts(() => this.#send(news, to), this.#closing.signal, this.#parts.delaysMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #send(news: ApprovalNews, to: readonly string[]): Promise<Result<null, string>> {
    const { password } = this.#settings;
    const secret = password === null ? ok(null) : await this.#parts.secrets.read(password);
    if (!secret.ok) return err('its password cannot be read');
    const transport = this.#transport(secret.value);
    try {
      // Blind copies: approvers need not know of each other.
      await transport.sendMail({ from: this.#settings.from, bcc: [...to], ...emailText(news) });
      return ok(null);
    } catch (error) {
      return err(faultOf(error));
    } finally {
      transport.close();
    }
  }

  #transport(password: string | null): Transporter {
    const { host, port, tls, ca, user } = this.#settings;
    return createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'off',
      tls: { minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
      ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: attemptMs,
      greetingTimeout: attemptMs,
      socketTimeout: attemptMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

/** A break-glass is for everybody's ears. */
function recipients(to: EmailSettings['to'], news: ApprovalNews): readonly string[] {
  const groups = news.kind === 'break-glass' ? [...to.keys()] : ['*', ...news.groups];
  return [...new Set(groups.flatMap((group) => to.get(group) ?? []))];
}

/** By code: the text of a mail server's error may quote what it was sent. */
function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return faults.get(code) ?? 'the mail was not accepted';
}

const faults: ReadonlyMap<string, string> = new Map([
  ['EAUTH', 'the mail server does not accept user and password'],
  ['ETLS', 'the mail server does not speak TLS as required'],
  ['ESOCKET', 'the mail server cannot be reached, or its certificate is not trusted'],
  ['ECONNECTION', 'the mail server cannot be reached'],
  ['ETIMEDOUT', 'the mail server did not answer in time'],
  ['EENVELOPE', 'the mail server refuses sender or recipients'],
  ['EDNS', 'the name of the mail server does not resolve'],
]);

const attemptMs = 10_000;
