import { createHash } from 'node:crypto';
import type { SessionEffect } from '../core/facts.ts';
import type { BoundParameters, TransactionStatus } from '../core/question.ts';

/**
 * What was done in a session to the settings that change what a statement means: `'03/04/2026'` is another day under another
 * DateStyle. Two sessions with the same history run a statement under the same settings; more is not claimed, so that nothing
 * has to be known of what each setting holds, nor of what a rollback took back.
 */
export class SettingsHistory {
  readonly #opened: string;
  #digest = '';
  /** Since the last transaction ended: its end may take it back. */
  #touched = false;

  /** @param startup parameters that the session was opened with */
  constructor(startup: ReadonlyMap<string, string>) {
    this.#opened = JSON.stringify([...startup].filter(([name]) => matters(name)).sort());
  }

  /** Differs where settings may differ. */
  get inForce(): string {
    return `${this.#opened} ${this.#digest}`;
  }

  /** A statement with these effects is about to be forwarded. */
  decided(effects: readonly SessionEffect[], text: Buffer, bind: BoundParameters | null): void {
    const discards = effects.some(({ kind }) => kind === 'deallocate') && effects.some(isOfAll);
    if (discards) {
      // DISCARD ALL runs outside of transactions only; where it does not, it fails.
      this.#digest = '';
      this.#touched = true;
    } else if (effects.some((effect) => effect.kind === 'setting' && matters(effect.name))) {
      this.#push([text, ...(bind?.values ?? []).map((value) => value ?? isNull)]);
      this.#touched = true;
    } else if (this.#touched && effects.some(({ kind }) => ends.has(kind))) this.#push([text]);
  }

  ready(transaction: TransactionStatus, failed: boolean): void {
    if (this.#touched && failed) this.#push([isFailed]);
    if (transaction === 'I') this.#touched = false;
  }

  #push(parts: readonly Buffer[]): void {
    const hash = createHash('sha256').update(this.#digest);
    for (const part of parts) hash.update(`${part.length} `).update(part);
    this.#digest = hash.digest('hex');
  }
}

function isOfAll(effect: SessionEffect): boolean {
  return effect.kind === 'setting' && effect.name === 'all';
}

/** What is not known to change nothing but speed, waiting or the conversation. The search path is bound by itself. */
function matters(name: string): boolean {
  return !/^tcp_|_timeout$/.test(name) && !indifferent.has(name);
}

const indifferent: ReadonlySet<string> = new Set(
  'application_name search_path client_encoding client_min_messages standard_conforming_strings jit work_mem'.split(
    ' ',
  ),
);
const ends: ReadonlySet<SessionEffect['kind']> = new Set(['commit', 'rollback', 'rollback-to']);
const isNull = Buffer.from('null');
const isFailed = Buffer.from('failed');
