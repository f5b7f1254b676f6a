import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApprovalMeter } from '../engine/approval-parts.ts';
import type { Meter } from '../engine/ports.ts';

/**
 * Counts for Prometheus. Labels come from closed sets of ours, never from a client. Counting is an addition; the library's
 * metrics are filled when they are read, since it looks its labels up at every increment.
 */
export class PrometheusMeter implements Meter, ApprovalMeter {
  readonly registry = new Registry();
  readonly #refused = new Map<string, number>();
  readonly #allowed = new Map<string, number>();
  readonly #denied = new Map<string, number>();
  readonly #approvals = new Map<string, number>();
  #pending = 0;
  #unreviewed = 0;
  #untold = 0;
  #opened = 0;
  #closed = 0;
  #rows = 0;
  #bytes = 0;
  #bugs = 0;
  readonly #duration = new Histogram({
    name: 'sluice_statement_duration_seconds',
    help: 'From decision to completion.',
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#counter('sluice_sessions_opened_total', 'Sessions let in.', () => this.#opened);
    this.#counter('sluice_rows_total', 'Rows returned or affected.', () => this.#rows);
    this.#counter('sluice_result_bytes_total', 'Bytes of rows sent to clients.', () => this.#bytes);
    this.#counter('sluice_bugs_total', 'Faults of the gateway that ended a session.', () => this.#bugs);
    this.#labelled('sluice_sessions_refused_total', 'Sessions refused, by error code.', 'code', this.#refused);
    this.#labelled('sluice_statements_allowed_total', 'Statements allowed, by verb.', 'verb', this.#allowed);
    this.#labelled('sluice_statements_denied_total', 'Statements denied, by verb.', 'verb', this.#denied);
    this.#labelled(
      'sluice_approvals_total',
      'Requests for approval, by what became of them.',
      'state',
      this.#approvals,
    );
    this.#counter(
      'sluice_notifications_failed_total',
      'News of approvals that could not be delivered.',
      () => this.#untold,
    );
    this.#gauge('sluice_approvals_pending', 'Requests that wait for people, on all instances.', () => this.#pending);
    this.#gauge(
      'sluice_break_glass_unreviewed',
      'Break-glass grants whose review no auditor has signed.',
      () => this.#unreviewed,
    );
    this.#gauge('sluice_sessions_live', 'Sessions that are open.', () => this.#opened - this.#closed);
  }

  /** From now on metrics say for how long nothing was heard of the state that instances share. */
  followState(behindMs: () => number): void {
    this.#gauge(
      'sluice_state_behind_seconds',
      'For how long nothing was heard of the state that instances share; 0 where it is embedded.',
      () => behindMs() / 1000,
    );
  }

  sessionOpened(): void {
    this.#opened += 1;
  }

  sessionClosed(): void {
    this.#closed += 1;
  }

  sessionRefused(code: string): void {
    add(this.#refused, code);
  }

  statementDecided(decision: 'allow' | 'deny', verb: string): void {
    add(decision === 'allow' ? this.#allowed : this.#denied, verb);
  }

  statementCompleted(durationMs: number, rows: number, bytes: number): void {
    this.#duration.observe(durationMs / 1000);
    this.#rows += rows;
    this.#bytes += bytes;
  }

  bug(): void {
    this.#bugs += 1;
  }

  approval(what: 'requested' | 'approved' | 'denied' | 'expired' | 'withdrawn'): void {
    add(this.#approvals, what);
  }

  approvalsStanding({ pending, unreviewedBreakGlass }: Parameters<ApprovalMeter['approvalsStanding']>[0]): void {
    this.#pending = pending;
    this.#unreviewed = unreviewedBreakGlass;
  }

  notificationFailed(): void {
    this.#untold += 1;
  }

  #counter(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  }

  #labelled(name: string, help: string, label: string, values: ReadonlyMap<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [key, value] of values) this.inc({ [label]: key }, value);
      },
    });
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
