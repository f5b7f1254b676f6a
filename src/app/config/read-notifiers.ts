import type { EmailSettings } from '../../notifiers/email.ts';
import type { WebhookSettings } from '../../notifiers/webhook.ts';
import { readAuthorities } from './read-authorities.ts';
import { readSecret } from './read-secret.ts';
import { readUrl } from './read-url.ts';
import { isLoopback } from './socket-address.ts';
import { type Spot, whole } from './spot.ts';

/** One way in which people are told that something waits for them. */
export type NotifierSettings =
  | { readonly kind: 'webhook'; readonly webhook: WebhookSettings }
  | { readonly kind: 'email'; readonly email: EmailSettings };

/** `approvals.notify:`, a list. */
export function readNotifiers(spot: Spot): readonly NotifierSettings[] | undefined {
  const notifiers = spot.list(readNotifier);
  const names = notifiers?.map(nameOf) ?? [];
  return new Set(names).size === names.length ? notifiers : spot.fault('two entries here have the same `name`.');
}

function nameOf(settings: NotifierSettings): string {
  return settings.kind === 'webhook' ? settings.webhook.name : settings.email.name;
}

function readNotifier(spot: Spot): NotifierSettings | undefined {
  const fields = spot.fields(['name', 'webhook', 'email']);
  if (fields === undefined) return undefined;
  const name = fields.required('name', (child) =>
    child.matching(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'a name of letters, digits, "_" and "-", such as on-call'),
  );
  if (fields.has('webhook') === fields.has('email')) return spot.fault('give exactly one of `webhook` and `email`.');
  if (name === undefined) return undefined;
  if (fields.has('webhook')) {
    const webhook = fields.required('webhook', (child) => readWebhook(child, name));
    return webhook === undefined ? undefined : { kind: 'webhook', webhook };
  }
  const email = fields.required('email', (child) => readEmail(child, name));
  return email === undefined ? undefined : { kind: 'email', email };
}

function readWebhook(spot: Spot, name: string): WebhookSettings | undefined {
  const fields = spot.fields(['url', 'secret']);
  return fields === undefined
    ? undefined
    : whole<WebhookSettings>({
        name,
        url: fields.required('url', readUrl),
        secret: fields.required('secret', readSecret),
      });
}

function readEmail(spot: Spot, name: string): EmailSettings | undefined {
  const fields = spot.fields(['host', 'port', 'tls', 'ca', 'user', 'password', 'from', 'to']);
  if (fields === undefined) return undefined;
  if (fields.has('user') !== fields.has('password')) return spot.fault('`user` and `password` go together.');
  const host = fields.required('host', (child) => child.text());
  const tls = fields.optional('tls', 'starttls' as const, (child) => child.oneOf(['starttls', 'implicit', 'off']));
  if (tls === 'off' && host !== undefined && !isLoopback(host))
    return spot.fault('`tls: off` is accepted for a mail server of this machine only.');
  return whole<EmailSettings>({
    name,
    host,
    tls,
    port: fields.optional('port', tls === 'implicit' ? 465 : 587, (child) => child.integer(1, 65_535)),
    ca: fields.optional('ca', null, readAuthorities),
    user: fields.optional('user', null, (child) => child.text()),
    password: fields.optional('password', null, readSecret),
    from: fields.required('from', readAddress),
    to: fields.required('to', readRecipients),
  });
}

/** Addresses by group; `*` for those who hear of everything. */
function readRecipients(spot: Spot): ReadonlyMap<string, readonly string[]> | undefined {
  const children = spot.children();
  if (children === undefined) return undefined;
  const read = [...children].map(([group, child]) => [group, child.list(readAddress)] as const);
  if (read.length === 0) return spot.fault('nobody is named here: give addresses by group, such as compliance: [...].');
  const whole = read.flatMap(([group, addresses]) => (addresses === undefined ? [] : [[group, addresses] as const]));
  return whole.length === read.length ? new Map(whole) : undefined;
}

/** No display name and no list: what stands here is one mailbox (RFC 5321, 4.1.2), without quoting. */
function readAddress(spot: Spot): string | undefined {
  return spot.matching(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$/,
    'an address, such as on-call@hospital.example',
  );
}
