import { endPointHash } from '../../base/end-point-hash.ts';
import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Credential } from '../../core/connection.ts';
import type { Denial } from '../../core/denial.ts';
import { md5Password } from './md5.ts';
import { fromClient, fromServer, message } from './messages.ts';
import { type ChannelBinding, ScramClient } from './scram.ts';

/** Asks the client for its token, which travels as a password. */
export function cleartextPasswordRequest(): Buffer {
  return message(fromServer.authentication, (writer) => writer.int32(authentication.cleartextPassword));
}

export function authenticationOk(): Buffer {
  return message(fromServer.authentication, (writer) => writer.int32(authentication.ok));
}

/** The token in `bytes[start, end)`, a whole PasswordMessage. */
export function decodePassword(bytes: Buffer, start: number, end: number): string {
  const reader = new Reader(bytes, start + 5, end);
  const password = reader.string();
  reader.finish();
  return password;
}

export type AuthStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly denial: Denial };

/** What the target is spoken to over. */
export type TargetLink =
  | { readonly tls: false; readonly loopback: boolean }
  /** DER of the certificate that the target has shown. */
  | { readonly tls: true; readonly certificate: Buffer | null };

/**
 * Presents Sluice's credential to the target: trust (the client certificate was shown with TLS), a password over TLS, MD5 over
 * TLS or within this machine, SCRAM-SHA-256, bound to the link where that can be. Whatever else is refused by name.
 */
export class TargetAuth {
  readonly #credential: Credential;
  readonly #link: TargetLink;
  #answered = false;
  #scram: { readonly client: ScramClient; readonly step: 'first' | 'final' | 'verified' } | null = null;

  constructor(credential: Credential, link: TargetLink) {
    this.#credential = credential;
    this.#link = link;
  }

  /** `bytes[start, end)` is a whole Authentication message of the target. */
  next(bytes: Buffer, start: number, end: number): AuthStep {
    const reader = new Reader(bytes, start + 5, end);
    const request = reader.uint32();
    switch (request) {
      case authentication.ok:
        reader.finish();
        if (this.#scram !== null && this.#scram.step !== 'verified') return refused(notProven);
        return { kind: 'done' };
      case authentication.cleartextPassword:
        reader.finish();
        return this.#cleartext();
      case authentication.md5Password: {
        const salt = Buffer.from(reader.span(4));
        reader.finish();
        return this.#md5(salt);
      }
      case authentication.sasl:
        return this.#start(reader);
      case authentication.saslContinue:
        return this.#continue(text(reader));
      case authentication.saslFinal:
        return this.#final(text(reader));
      default: {
        const name = unsupported.get(request) ?? `authentication request ${request}`;
        return refused({
          code: 'target_unsupported',
          message: `the target asks for ${name}, which Sluice does not speak`,
          hint: 'let the target ask for scram-sha-256 (pg_hba.conf)',
        });
      }
    }
  }

  #cleartext(): AuthStep {
    if (!this.#link.tls) {
      return refused({
        code: 'target_unsupported',
        message: 'the target asks for a password in clear text on a link without TLS',
        hint: 'set tls for the target, or let it ask for scram-sha-256 (pg_hba.conf)',
      });
    }
    return this.#password((password) => password);
  }

  /** Whoever sees the answer, or asks in place of the target, guesses at the password as fast as MD5 can be computed. */
  #md5(salt: Buffer): AuthStep {
    if (!this.#link.tls && !this.#link.loopback) {
      return refused({
        code: 'target_unsupported',
        message: 'the target asks for an MD5 password on a link without TLS',
        hint: 'set tls for the target, or let it ask for scram-sha-256 (pg_hba.conf)',
      });
    }
    return this.#password((password) => md5Password(this.#credential.user, password, salt));
  }

  /** Answers with a form of the password, once. */
  #password(form: (password: string) => string): AuthStep {
    const { password } = this.#credential;
    if (password === null) return refused(noPassword);
    this.#answerOnce();
    return { kind: 'answer', bytes: message(fromClient.password, (writer) => writer.string(form(password))) };
  }

  #start(reader: Reader): AuthStep {
    const offered: string[] = [];
    for (let name = reader.string(); name !== ''; name = reader.string()) offered.push(name);
    reader.finish();
    const binding = this.#binding(offered.includes('SCRAM-SHA-256-PLUS'));
    if (binding.kind !== 'end-point' && !offered.includes('SCRAM-SHA-256')) {
      return refused({
        code: 'target_unsupported',
        message: `the target offers ${mechanisms(offered)} only, which Sluice does not speak on this link`,
        hint: 'let the target ask for scram-sha-256 (pg_hba.conf)',
      });
    }
    const { password } = this.#credential;
    if (password === null) return refused(noPassword);
    this.#answerOnce();
    const client = new ScramClient(password, binding);
    this.#scram = { client, step: 'first' };
    const first = Buffer.from(client.first);
    return {
      kind: 'answer',
      bytes: message(fromClient.password, (writer) => writer.string(client.mechanism).int32(first.length).bytes(first)),
    };
  }

  /** Bound wherever both sides can: then nobody in the middle can pass the exchange on. */
  #binding(offered: boolean): ChannelBinding {
    const hash = this.#link.tls && this.#link.certificate !== null ? endPointHash(this.#link.certificate) : null;
    if (hash === null) return { kind: 'none' };
    return offered ? { kind: 'end-point', hash } : { kind: 'not-offered' };
  }

  #answerOnce(): void {
    if (this.#answered) throw new WireError('the target asks for a second proof');
    this.#answered = true;
  }

  #continue(challenge: string): AuthStep {
    const scram = this.#scram;
    if (scram?.step !== 'first') throw new WireError('a SCRAM challenge without an exchange');
    const final = Buffer.from(scram.client.final(challenge));
    this.#scram = { client: scram.client, step: 'final' };
    return { kind: 'answer', bytes: message(fromClient.password, (writer) => writer.bytes(final)) };
  }

  #final(proof: string): AuthStep {
    const scram = this.#scram;
    if (scram?.step !== 'final') throw new WireError('a SCRAM proof without an exchange');
    if (!scram.client.verify(proof)) return refused(notProven);
    this.#scram = { client: scram.client, step: 'verified' };
    return { kind: 'answer', bytes: nothing };
  }
}

/** Request codes of Authentication messages (manual 54.7). */
const authentication = {
  ok: 0,
  cleartextPassword: 3,
  md5Password: 5,
  sasl: 10,
  saslContinue: 11,
  saslFinal: 12,
} as const;

const unsupported: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos 5'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [8, 'GSSAPI'],
  [9, 'SSPI'],
]);

const noPassword: Denial = {
  code: 'target_refused',
  message: 'the target asks for a password, and the connection has none',
  hint: 'configure a password for the credential of the connection',
};

const notProven: Denial = {
  code: 'target_unreachable',
  message: 'the target did not prove that it knows the password, so it may not be the target',
};

const nothing = Buffer.alloc(0);

function refused(denial: Denial): AuthStep {
  return { kind: 'refused', denial };
}

function text(reader: Reader): string {
  return reader.span(reader.remaining).toString('utf8');
}

function mechanisms(offered: readonly string[]): string {
  const known = offered.filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name));
  return known.length === 0 ? 'unknown SASL mechanisms' : known.join(', ');
}
