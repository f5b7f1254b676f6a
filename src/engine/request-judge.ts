import { err, ok, type Result } from '../base/result.ts';
import type { BodyMask } from '../core/body-mask.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import type { StatedName } from '../core/facts.ts';
import type { HeaderCredential } from '../core/http-connection.ts';
import { type GrantId, newStatementId, type SessionId, type StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { Proof, RequestExecution, RequestQuestion, RequestVerdict, StatedValues } from '../core/question.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import { credentialFor } from '../identity/credential-rule.ts';
import { planBodyMask } from '../masking/body-mask.ts';
import { type AdmissionTo, authenticate } from './admission.ts';
import { awaitApproval } from './await-approval.ts';
import { barred } from './barred.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import { heldRequest } from './held-request.ts';
import { fieldEvidence } from './mask-evidence.ts';
import { noCredential } from './no-credential.ts';
import type { Proven } from './proven.ts';
import { RequestAnalysis } from './request-facts.ts';
import { type AllowedRequest, type RequestRuling, ruleOnRequest } from './request-ruling.ts';
import { ledgerDenial, type SessionAccount } from './session-account.ts';
import { statedFault, statedValue } from './session-settings.ts';

/** One request on its way through the decision. */
interface Course extends Deciding<RequestVerdict> {
  readonly question: RequestQuestion;
  /** Who sent it: of the session's principal, but maybe with another token than the one that opened the session. */
  readonly proven: Proven;
  readonly stated: StatedValues;
  readonly facts: RequestFacts;
  readonly id: StatementId;
  /** It was approved a moment ago. */
  readonly approved: boolean;
}

/** Decides the HTTP requests of one open session. They mean nothing for each other: each is a statement by itself. */
export class RequestJudge {
  readonly #parts: EngineParts;
  readonly #session: SessionId;
  readonly #admission: AdmissionTo<'http'>;
  readonly #account: SessionAccount;
  readonly #analysis: RequestAnalysis;

  constructor(parts: EngineParts, session: SessionId, admission: AdmissionTo<'http'>, account: SessionAccount) {
    this.#parts = parts;
    this.#session = session;
    this.#admission = admission;
    this.#account = account;
    this.#analysis = new RequestAnalysis(admission.connection);
  }

  /** Answers once, when the decision is durable. */
  decide(question: RequestQuestion, deciding: Deciding<RequestVerdict>): void {
    const failed = (error: unknown) => {
      this.#parts.onBug(error);
      deciding.answer({ kind: 'end', denial: ourFault });
    };
    this.#identify(question.proof)
      .then((identified) => {
        if (!identified.ok) return deciding.answer({ kind: 'end', denial: identified.error });
        const id = newStatementId(this.#parts.clock);
        const stated = statedValues(question.stated);
        const facts = stated.ok ? this.#analysis.factsOf(question) : stated;
        if (!stated.ok || !facts.ok) {
          const denial = stated.ok ? facts : stated;
          if (!denial.ok) this.#account.refuse('request', denial.error, deciding.answer);
          return;
        }
        const proven = identified.value;
        return this.#rule({
          ...deciding,
          question,
          proven,
          stated: stated.value,
          facts: facts.value,
          id,
          approved: false,
        });
      })
      .catch(failed);
  }

  note(fact: Fact): void {
    if (fact.kind === 'refused') {
      this.#account.refused('request', fact.denial);
      return;
    }
    if (fact.kind !== 'answered') throw new Error(`HTTP told of ${fact.kind}`);
    const { outcome } = fact;
    const { id, grant, allowed, startedAt, mask } = runningOf(fact.execution);
    const returned = outcome.bytes > 0 && allowed.classes.length > 0;
    if (returned) this.#account.reads(allowed.classes);
    this.#account.completed(
      {
        statement: id,
        grant,
        returns: true,
        classes: allowed.classes,
        startedAt,
        masks: fieldEvidence(mask, outcome.masked),
      },
      {
        result: outcome.result,
        sqlstate: null,
        rows: 0,
        bytes: outcome.bytes,
        ...(outcome.status === null ? {} : { status: outcome.status }),
      },
    );
  }

  /** One connection is one principal's: whoever shows the token of another needs a connection of their own. */
  async #identify(proof: Proof): Promise<Result<Proven, Denial>> {
    const authenticated = await authenticate(this.#parts, proof);
    if (!authenticated.ok) return authenticated;
    if (!isSame(authenticated.value.principal, this.#admission.principal)) return err(anotherPrincipal);
    const only = authenticated.value.connection ?? this.#admission.connection.name;
    if (only !== this.#admission.connection.name) return err(anotherPrincipal);
    const bar = barred(this.#parts, authenticated.value);
    return bar === null ? ok(authenticated.value) : err(bar);
  }

  async #rule(course: Course): Promise<void> {
    const { facts, stated, id, answer } = course;
    const decision = this.#parts.standing().policies.decide(this.#account.request(facts, stated, null, 0));
    const ruling = ruleOnRequest(facts, decision);
    switch (ruling.kind) {
      case 'deny':
        this.#account.deny('request', id, ruling.record, ruling.denial, answer);
        return;
      case 'hold':
        return this.#hold(ruling, course);
      case 'allow':
        return this.#go(ruling.allowed, null, course);
    }
  }

  /** People decide. Whatever happened meanwhile, the request is decided anew behind it. */
  async #hold(ruling: Extract<RequestRuling, { kind: 'hold' }>, course: Course): Promise<void> {
    const { facts, question, stated, id, answer, inform, approved } = course;
    const { principal, connection } = this.#admission;
    const held = heldRequest(ruling, {
      session: this.#session,
      statement: id,
      principal,
      connection: connection.name,
      facts,
      question,
      stated,
    });
    const awaited = await awaitApproval(this.#parts, held, {
      inform,
      signal: course.signal(),
      transaction: 'I',
      approved,
    });
    switch (awaited.kind) {
      case 'ask-again':
        return this.#rule({ ...course, approved: true });
      case 'granted':
        return this.#go(ruling.allowed, awaited.grant.id, course);
      case 'refused': {
        const record = { ...ruling.allowed.record, decision: 'deny' as const, code: awaited.denial.code };
        this.#account.deny('request', id, record, awaited.denial, answer);
        return;
      }
    }
  }

  /** Permitted: recorded, then forwarded. */
  async #go(allowed: AllowedRequest, grant: GrantId | null, { facts, proven, id, answer }: Course): Promise<void> {
    const secret = await this.#credential();
    // People may have taken hours: whoever was barred meanwhile gets nothing, whatever was approved.
    const bar = barred(this.#parts, proven);
    const credential = bar === null ? secret : err(bar);
    if (!credential.ok) {
      this.#account.deny('request', id, denied(allowed, credential.error), credential.error, answer);
      return;
    }
    const { masking, tokenKeys } = this.#parts.standing();
    const mask = facts.fields.length === 0 ? null : planBodyMask(facts.fields, allowed.unmasked, masking, tokenKeys);
    const execution = new RunningRequest(id, allowed, grant, mask, this.#parts.clock.monotonic());
    this.#account.began(grant);
    this.#account.record('request', id, allowed.record, grant, (fault) =>
      answer(
        fault === null
          ? { kind: 'forward', execution, credential: credential.value, mask }
          : { kind: 'deny', id, denial: ledgerDenial(fault) },
      ),
    );
  }

  /** Read for every request: a connection may outlive a credential. */
  async #credential(): Promise<Result<HeaderCredential, Denial>> {
    const { connection, principal } = this.#admission;
    const rule = credentialFor(connection.credentials, principal);
    if (rule === null) return err(noCredential(connection));
    const secret = await this.#parts.secrets.read(rule.value);
    return secret.ok ? ok({ header: rule.header, value: `${rule.prefix}${secret.value}` }) : secret;
  }
}

/** A request on its way through the target. */
class RunningRequest implements RequestExecution {
  readonly id: StatementId;
  readonly allowed: AllowedRequest;
  readonly grant: GrantId | null;
  readonly mask: BodyMask | null;
  readonly startedAt: number;

  constructor(
    id: StatementId,
    allowed: AllowedRequest,
    grant: GrantId | null,
    mask: BodyMask | null,
    startedAt: number,
  ) {
    this.id = id;
    this.allowed = allowed;
    this.grant = grant;
    this.mask = mask;
    this.startedAt = startedAt;
  }
}

function runningOf(execution: RequestExecution): RunningRequest {
  if (execution instanceof RunningRequest) return execution;
  throw new Error('a request that the engine did not let pass');
}

/** Everything that decisions are made of. A fresh token of the same job is the same; the token of its next run is not. */
function isSame(one: Principal, other: Principal): boolean {
  return JSON.stringify(portrait(one)) === JSON.stringify(portrait(other));
}

function portrait({ id, kind, issuer, nature, onBehalfOf, groups, origin }: Principal) {
  return [id, kind, issuer, nature, onBehalfOf, [...groups].sort(), Object.entries(origin).sort()];
}

function statedValues(given: StatedValues): Result<StatedValues, Denial> {
  for (const name of statedNames) {
    const fault = statedFault(name, given[name] ?? '');
    if (fault !== null) return err(fault);
  }
  const value = (name: StatedName) => statedValue(given[name] ?? '');
  return ok({ reason: value('reason'), purpose: value('purpose'), ticket: value('ticket') });
}

function denied({ record }: AllowedRequest, { code }: Denial): AllowedRequest['record'] {
  return { ...record, decision: 'deny', code };
}

const statedNames: readonly StatedName[] = ['reason', 'purpose', 'ticket'];

const anotherPrincipal: Denial = {
  code: 'token_refused',
  message: 'this connection was opened with the token of another principal, or of another run of it',
  hint: 'open a new connection for it; a client that pools connections needs a pool for each principal',
};
const ourFault: Denial = {
  code: 'internal',
  message: 'a fault of the gateway; nothing was executed',
  hint: 'tell the operator the time of this message',
};
