import type { Denial } from '../core/denial.ts';
import type { SessionEffect, StatedName, StatementFacts } from '../core/facts.ts';
import type { TransactionStatus } from '../core/question.ts';

/** What a session says of itself, for policies. Null: it says nothing. */
export interface Stated {
  readonly reason: string | null;
  readonly purpose: string | null;
  /** The change or incident that the work is for, in the words of another system. */
  readonly ticket: string | null;
}

/**
 * `sluice.reason`, `sluice.purpose` and `sluice.ticket` in force in one session: from its start, then by SET. A session may say what it likes
 * when it likes, so that statements count from when they are decided, and a rollback takes nothing back.
 */
export class SessionSettings {
  readonly #opened: Stated;
  #session: Stated;
  /** Until the transaction ends. */
  #local: Partial<Stated> | null = null;

  constructor(opened: Stated) {
    this.#opened = { reason: opened.reason, purpose: opened.purpose, ticket: opened.ticket };
    this.#session = this.#opened;
  }

  get reason(): string | null {
    return this.#inForce('reason');
  }

  get purpose(): string | null {
    return this.#inForce('purpose');
  }

  get ticket(): string | null {
    return this.#inForce('ticket');
  }

  /** A statement with these effects is about to be forwarded. */
  decided(effects: readonly SessionEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'setting' && effect.name === 'all') {
        this.#session = this.#opened;
        this.#local = null;
      }
      if (effect.kind !== 'stated') continue;
      const { name, local } = effect;
      const value = effect.value === null ? this.#opened[name] : statedValue(effect.value);
      if (local) this.#local = { ...this.#local, [name]: value };
      else {
        this.#session = { ...this.#session, [name]: value };
        if (this.#local !== null) this.#local = without(this.#local, name);
      }
    }
  }

  ready(transaction: TransactionStatus): void {
    if (transaction === 'I') this.#local = null;
  }

  #inForce(name: StatedName): string | null {
    const local = this.#local?.[name];
    return local === undefined ? this.#session[name] : local;
  }
}

/** What has no letter and no digit says nothing, however it looks. */
export function statedValue(given: string): string | null {
  return /[\p{L}\p{N}]/u.test(given) ? given : null;
}

/** Why this cannot be stated, or null. */
export function statedFault(name: StatedName, value: string): Denial | null {
  if (name === 'purpose' && statedValue(value) !== null && !purposeOfUse.test(value)) {
    return {
      code: 'not_supported',
      message: 'sluice.purpose is not a code of HL7 PurposeOfUse',
      hint: 'state a code such as TREAT, HPAYMT or HOPERAT: letters, digits and _, at most 32',
    };
  }
  if (name === 'ticket' && statedValue(value) !== null && !reference.test(value)) {
    return {
      code: 'not_supported',
      message: 'sluice.ticket is not the number of a ticket',
      hint: 'state it as CHG0012345 or OPS-77: letters, digits, ".", "_", "/", "#" and "-", at most 64',
    };
  }
  if (name === 'reason' && value.length > longestReason) {
    return {
      code: 'limit_exceeded',
      message: `sluice.reason has more than ${longestReason} characters`,
      hint: 'state it in a sentence or two',
    };
  }
  return null;
}

/** Why these statements of one text cannot be decided as what they state, or null. */
export function statingFault(statements: readonly StatementFacts[]): Denial | null {
  for (const { effects } of statements) {
    for (const effect of effects) {
      if (effect.kind !== 'stated') continue;
      // Something else is sent in its place: what it did beside would be believed, and not be done.
      if (statements.length > 1 || effects.length > 1) return alone;
      const fault = effect.value === null ? null : statedFault(effect.name, effect.value);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/**
 * What the target is sent in the place of a statement that stops at Sluice: it changes nothing there, since the setting is
 * pinned, and is answered with the same command tag. Null: the statement goes as it is.
 */
export function insteadOf(statements: readonly StatementFacts[]): Buffer | null {
  const [facts] = statements;
  const stated = facts?.effects.find((effect) => effect.kind === 'stated');
  if (facts === undefined || stated === undefined) return null;
  if (facts.outputs !== null) return emptySetConfig;
  if (stated.value !== null) return stated.local ? setLocal : set;
  return facts.normalised.startsWith('RESET') ? reset : stated.local ? setLocal : set;
}

const set = Buffer.from('SET standard_conforming_strings = on');
const setLocal = Buffer.from('SET LOCAL standard_conforming_strings = on');
const reset = Buffer.from('RESET standard_conforming_strings');
const emptySetConfig = Buffer.from("SELECT ''::pg_catalog.text AS set_config");

const purposeOfUse = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;

/** Not free text: nothing about a patient fits in. */
const reference = /^[A-Za-z0-9][A-Za-z0-9._/#-]{0,63}$/;

/** It is kept for the session, and policies compare it; a paragraph is enough for both. */
const longestReason = 1000;

const alone: Denial = {
  code: 'not_supported',
  message: 'a query that sets sluice.* holds nothing else',
  hint: 'send it as a query of its own',
};

function without(stated: Partial<Stated>, name: StatedName): Partial<Stated> {
  const { [name]: _, ...rest } = stated;
  return rest;
}
