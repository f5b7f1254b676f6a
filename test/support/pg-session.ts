import type { TargetAddress } from '../../src/core/connection.ts';
import type { StatementId } from '../../src/core/ids.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import type { CancelKey, Machine, Secured, Side } from '../../src/core/machine.ts';
import type {
  Answer,
  Asked,
  Execution,
  Prepared,
  ResultQuestion,
  ResultVerdict,
  Route,
  RowLimit,
  StatementQuestion,
  StatementVerdict,
} from '../../src/core/question.ts';
import { postgres } from '../../src/protocols/postgres/index.ts';
import { be, fe } from './pg-bytes.ts';
import { Transcript } from './transcript.ts';

/** What clients of a machine in tests may cancel with. */
export const cancelKey: CancelKey = { processId: 0x1234_5678, secret: Buffer.from('s3cret'.padEnd(32, '.')) };

/** A handshake that says nothing of itself. */
export const secured: Secured = { certificate: null, alpn: null };

export const target: TargetAddress = { host: 'db', port: 5432, database: 'real', tls: 'off', ca: null };

export const route: Route = {
  target,
  credential: { user: 'service', password: null },
  parameters: new Map([['client_encoding', 'UTF8']]),
  scrub: false,
};

export const reported: readonly Buffer[] = [
  be.parameter('client_encoding', 'UTF8'),
  be.parameter('standard_conforming_strings', 'on'),
  be.parameter('server_version', '18.0'),
];

/** Decides as a test wants; a statement with `deny` in it is denied, one with `watch` is watched, unless told otherwise. */
export interface Judgement {
  statement?(question: StatementQuestion, number: number): StatementVerdict;
  result?(question: ResultQuestion): ResultVerdict;
}

export interface SessionOptions {
  readonly judgement?: Judgement;
  readonly route?: Partial<Route>;
  readonly limits?: Partial<Limits>;
  /** False: answers wait until `answer` is called. */
  readonly prompt?: boolean;
}

/** What the test's prepared handles hold. */
export function textOf(prepared: Prepared): string {
  return (prepared as unknown as { readonly text: string }).text;
}

export function statementId(number: number): StatementId {
  return `stm_${number}` as StatementId;
}

/** Drives one machine as the relay does: respects `wants`, answers questions after the call that asked them. */
export class PgSession {
  readonly out = new Transcript();
  readonly machine: Machine;
  readonly #judgement: Judgement;
  readonly #prompt: boolean;
  readonly #waiting: { readonly client: Buffer[]; readonly server: Buffer[] } = { client: [], server: [] };
  readonly #unanswered: Asked[] = [];
  #seen = 0;
  #statements = 0;

  constructor(options: SessionOptions = {}) {
    this.#judgement = options.judgement ?? {};
    this.#prompt = options.prompt ?? true;
    this.machine = postgres.machine({
      limits: { ...defaultLimits, ...options.limits },
      tls: false,
      auth: 'token',
      cancelKey,
    });
  }

  /** A session that is let in already; its transcript starts empty. */
  static open(options: SessionOptions = {}): PgSession {
    const session = new PgSession(options);
    const { machine, out } = session;
    machine.receive('client', fe.startup({ user: 'x', database: 'clinic' }), out);
    machine.receive('client', fe.password('token'), out);
    const login = out.asked[0];
    if (login?.kind !== 'login') throw new Error('no login is asked for');
    const verdict = { kind: 'accept', route: { ...route, ...options.route } } as const;
    machine.decide({ kind: 'login', id: login.id, verdict }, out);
    machine.connected(out);
    machine.receive('server', Buffer.concat([be.authOk, ...reported, be.key(4711), be.ready('I')]), out);
    const open = out.asked[1];
    if (open?.kind !== 'open') throw new Error('no open is asked for');
    machine.decide({ kind: 'open', id: open.id, verdict: { kind: 'accept' } }, out);
    out.take('client');
    out.take('server');
    out.asked.length = 0;
    out.facts.length = 0;
    out.calls.client = 0;
    out.calls.server = 0;
    return session;
  }

  client(...messages: readonly Buffer[]): this {
    return this.#arrive('client', messages);
  }

  server(...messages: readonly Buffer[]): this {
    return this.#arrive('server', messages);
  }

  /** Gives the oldest answer that waits. False: none does. */
  answer(): boolean {
    const asked = this.#unanswered.shift();
    if (asked === undefined) return false;
    if (this.out.closed === null) this.machine.decide(this.#judge(asked), this.out);
    this.#pump();
    return true;
  }

  get unanswered(): number {
    return this.#unanswered.length;
  }

  /** Bytes of that side that the machine does not want yet. */
  held(side: Side): number {
    return this.#waiting[side].length;
  }

  #arrive(side: Side, messages: readonly Buffer[]): this {
    const bytes = Buffer.concat(messages);
    if (bytes.length > 0) this.#waiting[side].push(bytes);
    this.#pump();
    return this;
  }

  #pump(): void {
    for (;;) {
      const { asked } = this.out;
      for (; this.#seen < asked.length; this.#seen += 1) {
        const next = asked[this.#seen];
        if (next !== undefined) this.#unanswered.push(next);
      }
      if (this.out.closed !== null) return;
      if (this.#prompt && this.#unanswered.length > 0) {
        this.answer();
        return;
      }
      const side = this.#next();
      if (side === null) return;
      const chunk = this.#waiting[side].shift();
      if (chunk !== undefined) this.machine.receive(side, chunk, this.out);
    }
  }

  #next(): Side | null {
    if (this.#waiting.client.length > 0 && this.machine.wants('client')) return 'client';
    if (this.#waiting.server.length > 0 && this.machine.wants('server')) return 'server';
    return null;
  }

  #judge(asked: Asked): Answer {
    switch (asked.kind) {
      case 'statement': {
        this.#statements += 1;
        const judge = this.#judgement.statement ?? judgeByText;
        return { kind: 'statement', id: asked.id, verdict: judge(asked.question, this.#statements) };
      }
      case 'result': {
        const judge = this.#judgement.result ?? (() => ({ kind: 'rows', masks: null }) as const);
        return { kind: 'result', id: asked.id, verdict: judge(asked.question) };
      }
      default:
        throw new Error(`nobody answers ${asked.kind} here`);
    }
  }
}

/** Words in the text say what happens: `deny`, `end`, `watch`, `settle`, `copyin`, `copyout`, `stated`, `most-2`; `;` parts statements. */
export function judgeByText(question: StatementQuestion, number: number): StatementVerdict {
  const text = question.step === 'execute' ? textOf(question.prepared) : question.text.toString();
  const id = statementId(number);
  if (text.includes('end')) return { kind: 'end', denial: { code: 'policy_denied', message: 'no more' } };
  if (text.includes(question.step === 'execute' ? 'deny-execute' : 'deny ')) {
    return { kind: 'deny', id, denial: { code: 'policy_denied', message: 'not that', hint: 'ask for less' } };
  }
  const settle = text.includes('settle') && question.step !== 'parse';
  const instead = text.includes('stated') ? Buffer.from('set nothing') : null;
  // A prepared statement is ruled on the same way every time here, a simple query anew.
  const ruling = question.step === 'execute' ? question.prepared : null;
  const execution = (part: string): Execution => ({
    id,
    watched: part.includes('watch'),
    ruling,
    copy: part.includes('copyin') ? 'in' : part.includes('copyout') ? 'out' : null,
    maxRows: limitIn(part),
  });
  if (question.step === 'parse') {
    return { kind: 'forward', executions: [], prepared: { text } as unknown as Prepared, settle, text: instead };
  }
  const parts = text.split(';').filter((part) => part.trim() !== '');
  const executions = question.step === 'simple' ? parts.map(execution) : [execution(text)];
  return { kind: 'forward', executions, prepared: null, settle, text: question.step === 'simple' ? instead : null };
}

function limitIn(text: string): RowLimit | null {
  const rows = /most-([0-9]+)/.exec(text)?.[1];
  return rows === undefined
    ? null
    : { rows: Number(rows), denial: { code: 'rows_exceeded', message: `at most ${rows} rows` } };
}
