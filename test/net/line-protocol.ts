import type { TargetAddress } from '../../src/core/connection.ts';
import type { Denial } from '../../src/core/denial.ts';
import { type QuestionId, questionId } from '../../src/core/ids.ts';
import type { Notice } from '../../src/core/judge.ts';
import type { CancelKey, Machine, Output, Phase, Protocol, Secured, Side } from '../../src/core/machine.ts';
import type { Answer } from '../../src/core/question.ts';

/**
 * A small real protocol: the client sends lines, each is asked about, and forwarded or refused. The target's bytes pass.
 *
 * A client that says nothing more is left once the target has answered the last line that was forwarded.
 *
 * `key` says what to cancel with, `cancel PID SECRET` cancels another session, `tls` starts TLS, `hello` dials, `hail` dials and says so, `raw` lets everything pass from then on, `bye` leaves, `boom` is a bug, `stuck` makes the
 * machine ignore every end.
 */
export function lineProtocol(target: TargetAddress): Protocol {
  return { name: 'lines', alpn: 'lines', machine: ({ cancelKey }) => new LineMachine(target, cancelKey) };
}

class LineMachine implements Machine {
  readonly #target: TargetAddress;
  readonly #key: CancelKey;
  #phase: Phase = 'opening';
  #mode: 'lines' | 'asking' | 'dialling' | 'upgrading' | 'raw' = 'lines';
  #unread: Buffer = Buffer.alloc(0);
  #asked: Buffer = Buffer.alloc(0);
  #questions = 0;
  #stuck = false;
  #owed = false;
  #finished = false;

  constructor(target: TargetAddress, key: CancelKey) {
    this.#target = target;
    this.#key = key;
  }

  get phase(): Phase {
    return this.#phase;
  }

  wants(side: Side): boolean {
    return side === 'server' || (!this.#finished && (this.#mode === 'lines' || this.#mode === 'raw'));
  }

  receive(from: Side, chunk: Buffer, out: Output): void {
    if (!this.wants(from)) throw new Error(`bytes of the ${from} that are not wanted`);
    if (from === 'server') {
      out.forward('client', chunk, 0, chunk.length);
      this.#owed = false;
      if (this.#finished) this.#close(out, { kind: 'client-left' });
      return;
    }
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (this.#unread[0] === 0x16) {
      const received = this.#unread;
      this.#unread = Buffer.alloc(0);
      this.#mode = 'upgrading';
      out.upgrade('client', received);
      return;
    }
    this.#read(out);
  }

  decide(answer: Answer, out: Output): void {
    if (answer.kind !== 'statement' || answer.id !== this.#questions)
      throw new Error('an answer that was not asked for');
    if (answer.verdict.kind === 'forward') {
      if (answer.verdict.text === null) out.forward('server', this.#asked, 0, this.#asked.length);
      else out.write('server', answer.verdict.text);
      this.#owed = true;
    } else out.write('client', Buffer.from(`no: ${answer.verdict.denial.message}\n`));
    out.note({ kind: 'ready', transaction: 'I', failed: false });
    this.#mode = 'lines';
    this.#phase = 'idle';
    this.#read(out);
  }

  inform(id: QuestionId, notice: Notice, out: Output): void {
    if (this.#mode === 'asking' && id === this.#questions)
      out.write('client', Buffer.from(`wait: ${notice.message}\n`));
  }

  connected(out: Output): void {
    if (this.#target.tls === 'off') this.#open(out);
    else out.upgrade('server', Buffer.alloc(0));
  }

  cancel(secret: Buffer, out: Output): void {
    if (!secret.equals(this.#key.secret)) return;
    out.sendApart({ request: Buffer.from('cancel\n'), tlsRequest: Buffer.from('tls?\n'), tlsAccepted: 0x53 });
  }

  upgraded(side: Side, _secured: Secured, out: Output): void {
    if (side === 'server') this.#open(out);
    else {
      this.#mode = 'lines';
      this.#read(out);
    }
  }

  finished(out: Output): void {
    if (this.#owed || this.#mode === 'asking' || this.#unread.length > 0) this.#finished = true;
    else this.ended('client', null, out);
  }

  ended(from: Side, reason: string | null, out: Output): void {
    if (this.#stuck) return;
    if (from === 'server') out.write('client', Buffer.from(`lost: ${reason ?? 'gone'}\n`));
    this.#close(out, { kind: from === 'server' ? 'target-lost' : 'client-lost' });
  }

  terminate(denial: Denial, out: Output): void {
    if (this.#stuck) return;
    out.write('client', Buffer.from(`ended: ${denial.code}\n`));
    this.#close(out, { kind: 'denied', denial });
  }

  #open(out: Output): void {
    out.write('client', Buffer.from('ready\n'));
    this.#mode = 'lines';
    this.#phase = 'idle';
    this.#read(out);
  }

  #close(out: Output, reason: Parameters<Output['close']>[0]): void {
    this.#phase = 'closed';
    out.close(reason);
  }

  #read(out: Output): void {
    while (this.#mode === 'lines') {
      const end = this.#unread.indexOf(10);
      if (end < 0) return;
      const line = this.#unread.subarray(0, end + 1);
      this.#unread = this.#unread.subarray(end + 1);
      this.#obey(line, out);
      if (this.#phase === 'closed') return;
    }
    if (this.#mode !== 'raw' || this.#unread.length === 0) return;
    out.forward('server', this.#unread, 0, this.#unread.length);
    this.#unread = Buffer.alloc(0);
  }

  #obey(line: Buffer, out: Output): void {
    const words = line.toString('latin1').trimEnd();
    const cancel = /^cancel (\d+) ([0-9a-f]+)$/.exec(words);
    if (cancel !== null) {
      out.requestCancel({ processId: Number(cancel[1]), secret: Buffer.from(cancel[2] ?? '', 'hex') });
      this.#close(out, { kind: 'never-a-session' });
      return;
    }
    switch (words) {
      case 'key':
        out.write('client', Buffer.from(`${this.#key.processId} ${this.#key.secret.toString('hex')}\n`));
        return;
      case 'tls':
        this.#mode = 'upgrading';
        out.write('client', Buffer.from('S'));
        out.upgrade('client', Buffer.alloc(0));
        return;
      case 'hello':
        this.#mode = 'dialling';
        out.connect(this.#target);
        return;
      case 'hail':
        this.#mode = 'dialling';
        out.connect(this.#target);
        out.note({ kind: 'ready', transaction: 'I', failed: false });
        return;
      case 'raw':
        this.#mode = 'raw';
        return;
      case 'bye':
        this.#close(out, { kind: 'client-left' });
        return;
      case 'boom':
        out.write('client', Buffer.from('must never be seen\n'));
        throw new Error('boom');
      case 'stuck':
        this.#stuck = true;
        return;
      default:
        this.#mode = 'asking';
        this.#phase = 'busy';
        this.#asked = line;
        this.#questions += 1;
        out.ask('statement', questionId(this.#questions), { step: 'simple', text: line, transaction: 'I' });
    }
  }
}
