import { WireError } from '../../base/wire-error.ts';
import type { Writer } from '../../base/writer.ts';
import type { Execution, RowLimit } from '../../core/question.ts';
import { fromClient, message } from './messages.ts';
import type { Outlet } from './wire.ts';

/**
 * How many rows of one execution may still leave. The target is never asked for more than one row beyond that: it stops there
 * by itself, with nothing committed, and Sluice can make it fail in step with what the client is told.
 */
export class RowBound {
  readonly limit: RowLimit;
  #left: number;
  #over = false;

  constructor(limit: RowLimit) {
    this.limit = limit;
    this.#left = limit.rows;
  }

  get left(): number {
    return this.#left;
  }

  /** A row came that may not leave. */
  get over(): boolean {
    return this.#over;
  }

  /** How many rows to ask the target for, where the client wants that many; zero or less: all (manual 54.7, Execute). */
  asks(wanted: number): number {
    const most = this.#left + 1;
    return wanted <= 0 || wanted > most ? most : wanted;
  }

  took(rows: number): void {
    this.#left -= rows;
  }

  exceed(): void {
    if (this.#over) throw new WireError('more rows come than were asked for');
    this.#over = true;
  }
}

/** The bound of a simple query: at most one statement has one, and is alone then. */
export function boundOf(executions: readonly Execution[]): RowBound | null {
  const limit = executions.find((execution) => execution.maxRows !== null)?.maxRows ?? null;
  if (limit === null) return null;
  if (executions.length > 1) throw new Error('a statement whose rows are bounded is not alone in its query');
  return new RowBound(limit);
}

/** Asks for the rows of a portal, and for the answer at once: nothing else is sent before it has come. */
export function sendBoundedExecute(to: Outlet, portal: string, rows: number): void {
  to.write(message(fromClient.execute, (writer) => writer.bytes(Buffer.from(`${portal}\0`, 'latin1')).int32(rows)));
  to.write(message(fromClient.flush, unchanged));
}

/**
 * A simple query whose rows are bounded, as the messages of the extended protocol: only there can a target be asked for so
 * many rows. It lacks the Sync, which would commit: that follows when the rows have ended within the bound.
 */
export function sendBoundedQuery(to: Outlet, text: Buffer, bound: RowBound): void {
  to.write(message(fromClient.parse, (writer) => writer.uint8(0).bytes(text).uint8(0).int16(0)));
  to.write(message(fromClient.bind, (writer) => writer.uint8(0).uint8(0).int16(0).int16(0).int16(0)));
  to.write(message(fromClient.describe, (writer) => writer.uint8(0x50).uint8(0)));
  sendBoundedExecute(to, '', bound.asks(0));
}

export function sendSync(to: Outlet): void {
  to.write(message(fromClient.sync, unchanged));
}

function unchanged(writer: Writer): Writer {
  return writer;
}
