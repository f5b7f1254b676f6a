import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Credential } from '../../core/connection.ts';
import type { Denial } from '../../core/denial.ts';
import { fromClient, fromServer, message } from './messages.ts';
import { ScramClient } from './scram.ts';

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

/** Presents Sluice's credential to the target: trust, a password over TLS, SCRAM-SHA-256. Whatever else is refused by name. */
export class TargetAuth {
  readonly #credential: Credential;
  readonly #tls: boolean;
  #scram: { readonly client: ScramClient; readonly step: 'first' | 'final' | 'verified' } | null = null;

  constructor(credential: Credential, tls: boolean) {
    this.#credential = credential;
    this.#tls = tls;
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
    const { password } = this.#credential;
    if (password === null) return refused(noPassword);
    if (!this.#tls) {
      return refused({
        code: 'target_unsupported',
        message: 'the target asks for a password in clear text on a link without TLS',
        hint: 'set tls for the target, or let it ask for scram-sha-256 (pg_hba.conf)',
      });
    }
    if (this.#scram !== null) throw new WireError('a password is asked for within SASL');
    return { kind: 'answer', bytes: message(fromClient.password, (writer) => writer.string(password)) };
  }

  #start(reader: Reader): AuthStep {
    const offered: string[] = [];
    for (let name = reader.string(); name !== ''; name = reader.string()) offered.push(name);
    reader.finish();
    if (this.#scram !== null) throw new WireError('SASL is started twice');
    if (!offered.includes('SCRAM-SHA-256')) {
      return refused({
        code: 'target_unsupported',
        message: `the target offers ${mechanisms(offered)} only, which Sluice does not speak`,
        hint: 'let the target ask for scram-sha-256 (pg_hba.conf)',
      });
    }
    const { password } = this.#credential;
    if (password === null) return refused(noPassword);
    const client = new ScramClient(password);
    this.#scram = { client, step: 'first' };
    const first = Buffer.from(client.first);
    return {
      kind: 'answer',
      bytes: message(fromClient.password, (writer) => writer.string('SCRAM-SHA-256').int32(first.length).bytes(first)),
    };
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
const authentication = { ok: 0, cleartextPassword: 3, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

const unsupported: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos 5'],
  [5, 'an MD5 password'],
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
