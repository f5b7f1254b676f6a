import { createHmac } from 'node:crypto';

/** The key of a secret `whsec_<base64>`; null where it is not one. */
export function webhookKey(secret: string): Buffer | null {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret.trim()) ?? [];
  if (text === undefined) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** `v1,<base64>`: HMAC-SHA-256 over id, timestamp and body, as Standard Webhooks has it. */
export function signWebhook(key: Buffer, id: string, timestamp: string, body: Buffer): string {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return `v1,${signature}`;
}
