import type { CloseReason } from '../../src/core/close-reason.ts';
import type { TargetAddress } from '../../src/core/connection.ts';
import type { Fact } from '../../src/core/fact.ts';
import type { QuestionId } from '../../src/core/ids.ts';
import type { CancelKey, Errand, Output, Side } from '../../src/core/machine.ts';
import type { Asked, QuestionKind, Questions } from '../../src/core/question.ts';

/** An output that writes everything down, in order. */
export class Transcript implements Output {
  readonly asked: Asked[] = [];
  readonly facts: Fact[] = [];
  readonly connects: TargetAddress[] = [];
  readonly upgrades: Side[] = [];
  readonly cancels: CancelKey[] = [];
  readonly errands: Errand[] = [];
  /** What was given back to the handshake, per upgrade. */
  readonly received: Buffer[] = [];
  readonly closes: CloseReason[] = [];
  readonly withdrawn: QuestionId[] = [];
  /** How often bytes left for each side: what a socket would have been called. */
  readonly calls = { client: 0, server: 0 };
  readonly #sent: { readonly client: Buffer[]; readonly server: Buffer[] } = { client: [], server: [] };

  /** Everything that has left for that side. */
  bytes(side: Side): Buffer {
    return Buffer.concat(this.#sent[side]);
  }

  /** What has left for that side since the last time. */
  take(side: Side): Buffer {
    const bytes = Buffer.concat(this.#sent[side]);
    this.#sent[side].length = 0;
    return bytes;
  }

  get closed(): CloseReason | null {
    return this.closes[0] ?? null;
  }

  forward(to: Side, chunk: Buffer, start: number, end: number): void {
    if (start >= end || end > chunk.length) throw new RangeError(`empty or impossible span ${start}..${end}`);
    this.#send(to, chunk.subarray(start, end));
  }

  write(to: Side, bytes: Buffer): void {
    this.#send(to, bytes);
  }

  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void {
    if (this.asked.some((asked) => asked.id === id)) throw new Error(`question ${id} is asked twice`);
    this.asked.push({ kind, id, question } as Asked);
  }

  withdraw(id: QuestionId): void {
    this.withdrawn.push(id);
  }

  note(fact: Fact): void {
    this.facts.push(fact);
  }

  connect(target: TargetAddress): void {
    this.connects.push(target);
  }

  upgrade(side: Side, received: Buffer): void {
    this.upgrades.push(side);
    this.received.push(received);
  }

  requestCancel(key: CancelKey): void {
    this.cancels.push(key);
  }

  sendApart(errand: Errand): void {
    this.errands.push(errand);
  }

  close(reason: CloseReason): void {
    if (this.closes.length > 0) throw new Error('closed twice');
    this.closes.push(reason);
  }

  #send(to: Side, bytes: Buffer): void {
    if (this.closes.length > 0) throw new Error('bytes after the close');
    this.calls[to] += 1;
    // Copied as a socket would have sent it: a machine that touches a slab again is found out by what is compared later.
    this.#sent[to].push(Buffer.from(bytes));
  }
}
