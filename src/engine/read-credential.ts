import { ok, type Result } from '../base/result.ts';
import type { ClientCertificate, Credential, CredentialRule } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { SecretSource } from '../core/secret-source.ts';

/** What a rule stands for at this moment. */
export async function readCredential(secrets: SecretSource, rule: CredentialRule): Promise<Result<Credential, Denial>> {
  const [password, certificate] = await Promise.all([
    rule.password === null ? ok(null) : secrets.read(rule.password),
    readCertificate(secrets, rule),
  ]);
  if (!password.ok) return password;
  if (!certificate.ok) return certificate;
  const credential = { user: rule.user, password: password.value };
  return ok(certificate.value === null ? credential : { ...credential, certificate: certificate.value });
}

async function readCertificate(
  secrets: SecretSource,
  rule: CredentialRule,
): Promise<Result<ClientCertificate | null, Denial>> {
  if (rule.certificate === undefined) return ok(null);
  const [certificate, key] = await Promise.all([
    secrets.read(rule.certificate.certificate),
    secrets.read(rule.certificate.key),
  ]);
  if (!certificate.ok) return certificate;
  return key.ok ? ok({ certificate: certificate.value, key: key.value }) : key;
}
