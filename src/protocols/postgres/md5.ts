import { createHash } from 'node:crypto';

/**
 * The answer to AuthenticationMD5Password (manual 54.2.1): `md5` and the digest of the salted digest of password and user.
 * PostgreSQL has deprecated it: who has read the stored digest can log in with it.
 */
export function md5Password(user: string, password: string, salt: Buffer): string {
  const stored = createHash('md5').update(`${password}${user}`, 'utf8').digest('hex');
  return `md5${createHash('md5').update(stored, 'latin1').update(salt).digest('hex')}`;
}
