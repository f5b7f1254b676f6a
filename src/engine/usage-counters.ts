import { type Clock, type Instant, instant } from '../base/clock.ts';
import type { PrincipalId } from '../core/principal.ts';
import { type Usage, unused } from '../policy/usage.ts';
import { RollingSum, type Slot } from './rolling-sum.ts';

/** Where counters outlive a restart. */
export interface UsageStore {
  load(): readonly KeptUsage[];
  /** All of them or none; throws where it cannot. */
  save(changed: readonly KeptUsage[]): void;
}

/** The counters of one principal, as they are kept. */
export interface KeptUsage {
  readonly principal: PrincipalId;
  readonly at: Instant;
  readonly hour: readonly Slot[];
  readonly day: readonly Slot[];
  /** Classes that results held, and when last: milliseconds since 1970. */
  readonly classes: readonly (readonly [string, number])[];
}

/**
 * What each principal did lately, over all of its sessions, reconnects and restarts. Counted in memory, saved by `flush` about
 * once a second: a crash loses at most what was counted since, and the ledger has it.
 */
export class UsageCounters {
  readonly #clock: Clock;
  readonly #store: UsageStore;
  readonly #counted = new Map<PrincipalId, Counted>();
  readonly #unsaved = new Set<PrincipalId>();

  constructor(store: UsageStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    for (const kept of store.load()) this.#counted.set(kept.principal, new Counted(kept));
  }

  /** As of now. What is asked for is worked out when it is read. */
  of(principal: PrincipalId): Usage {
    return this.#counted.get(principal)?.at(this.#now()) ?? unused;
  }

  statement(principal: PrincipalId): void {
    this.#of(principal).add(this.#now(), 1, 0, 0);
  }

  result(principal: PrincipalId, rows: number, bytes: number, classes: readonly string[]): void {
    if (rows === 0 && bytes === 0) return;
    const now = this.#now();
    const counted = this.#of(principal);
    counted.add(now, 0, rows, bytes);
    counted.read(now, classes);
  }

  /** Saves what has changed; what cannot be saved now is saved with the next. Forgets who did nothing for a day. */
  flush(): void {
    const now = this.#now();
    if (this.#unsaved.size > 0) {
      const at = instant(now * 1000);
      const changed = [...this.#unsaved].flatMap((id) => this.#counted.get(id)?.kept(id, at) ?? []);
      try {
        this.#store.save(changed);
      } catch {
        // The counters in memory still bind; a target that fills the disk stops the ledger, and with it every statement.
        return;
      }
      this.#unsaved.clear();
    }
    for (const [id, counted] of this.#counted) if (counted.isOver(now)) this.#counted.delete(id);
  }

  #of(principal: PrincipalId): Counted {
    this.#unsaved.add(principal);
    const known = this.#counted.get(principal);
    if (known !== undefined) return known;
    const fresh = new Counted({ hour: [], day: [], classes: [] });
    this.#counted.set(principal, fresh);
    return fresh;
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

class Counted implements Usage {
  readonly #hour: RollingSum;
  readonly #day: RollingSum;
  readonly #classes: Map<string, number>;
  #now = 0;

  constructor({ hour, day, classes }: Pick<KeptUsage, 'hour' | 'day' | 'classes'>) {
    this.#hour = new RollingSum(MINUTE, HOUR / MINUTE, hour);
    this.#day = new RollingSum(QUARTER, DAY / QUARTER, day);
    this.#classes = new Map(classes);
  }

  add(now: number, statements: number, rows: number, bytes: number): void {
    this.#hour.add(now, statements, rows, bytes);
    this.#day.add(now, statements, rows, bytes);
  }

  read(now: number, classes: readonly string[]): void {
    for (const name of classes) this.#classes.set(name, now);
  }

  at(now: number): this {
    this.#now = now;
    this.#hour.advance(now);
    this.#day.advance(now);
    return this;
  }

  kept(principal: PrincipalId, at: Instant): KeptUsage {
    return { principal, at, hour: this.#hour.slots, day: this.#day.slots, classes: [...this.#classes] };
  }

  isOver(now: number): boolean {
    return this.#day.advance(now).slots.length === 0;
  }

  get statementsHour(): number {
    return this.#hour.statements;
  }

  get statementsDay(): number {
    return this.#day.statements;
  }

  get rowsHour(): number {
    return this.#hour.rows;
  }

  get rowsDay(): number {
    return this.#day.rows;
  }

  get bytesHour(): number {
    return this.#hour.bytes;
  }

  get bytesDay(): number {
    return this.#day.bytes;
  }

  get classesReadDay(): readonly string[] {
    for (const [name, at] of this.#classes) if (at <= this.#now - DAY - QUARTER) this.#classes.delete(name);
    return [...this.#classes.keys()];
  }
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
