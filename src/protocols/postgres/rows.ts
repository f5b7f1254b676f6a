import { WireError } from '../../base/wire-error.ts';
import type { CellMask } from '../../core/cell-mask.ts';
import { fromServer } from './messages.ts';
import type { Outlet } from './wire.ts';

/** How the rows of one description leave. `none`: the target said that there are none. */
export type RowPlan =
  | { readonly kind: 'pass' }
  | { readonly kind: 'none' }
  | { readonly kind: 'mask'; readonly masker: RowMasker };

export const passRows: RowPlan = { kind: 'pass' };
export const noRows: RowPlan = { kind: 'none' };

export function rowPlan(masks: readonly (CellMask | null)[] | null): RowPlan {
  if (masks === null || masks.every((mask) => mask === null)) return passRows;
  return { kind: 'mask', masker: new RowMasker(masks) };
}

/**
 * Masks DataRow messages into slabs: unmasked cells are copied as one span, masked ones written between them, lengths patched.
 * A slab holds the rows of one received chunk and is never reused: its socket may not have written it yet.
 */
export class RowMasker {
  readonly #masks: readonly (CellMask | null)[];
  #counts: number[];
  #slab: Buffer = nothing;
  #length = 0;

  constructor(masks: readonly (CellMask | null)[]) {
    this.#masks = masks;
    this.#counts = masks.map(() => 0);
  }

  /** Cells masked since the last time, per column. */
  takeCounts(): readonly number[] {
    const counts = this.#counts;
    this.#counts = counts.map(() => 0);
    return counts;
  }

  /** Masks every whole row of at most `largest` bytes from `at` on, `most` rows at most. */
  run(chunk: Buffer, at: number, largest: number, outlet: Outlet, most = Number.POSITIVE_INFINITY): MaskedRun {
    this.#slab = slabFor(chunk.length - at);
    let position = at;
    let rows = 0;
    let bytes = 0;
    while (rows < most && position + 7 <= chunk.length && chunk[position] === fromServer.dataRow) {
      const next = position + 1 + int32(chunk, position + 1);
      if (next < position + 7 || next > chunk.length || next - position > largest) break;
      bytes += this.#row(chunk, position, next, outlet);
      position = next;
      rows += 1;
    }
    this.#flush(outlet);
    return { position, rows, bytes };
  }

  /** Masks one whole row. Answers its length as it leaves. */
  row(bytes: Buffer, start: number, end: number, outlet: Outlet): number {
    this.#slab = slabFor(end - start);
    const length = this.#row(bytes, start, end, outlet);
    this.#flush(outlet);
    return length;
  }

  #row(bytes: Buffer, start: number, end: number, outlet: Outlet): number {
    const masks = this.#masks;
    if (end - start < 7 || ((bytes[start + 5] ?? 0) << 8) + (bytes[start + 6] ?? 0) !== masks.length) {
      throw new WireError('a row has as many cells as its description has columns');
    }
    this.#reserve(end - start, this.#length, outlet);
    let rowAt = this.#length;
    let sinkAt = rowAt;
    let copied = start;
    let at = start + 7;
    for (let column = 0; column < masks.length; column += 1) {
      if (end - at < 4) throw new WireError('a row is shorter than its cells');
      const length = int32(bytes, at);
      at += 4;
      if (length === -1) continue;
      if (length < 0 || length > end - at) throw new WireError('a cell is longer than its row');
      const mask = masks[column] ?? null;
      if (mask !== null) {
        const bound = mask.bound(length);
        const need = at - copied + bound + (end - at - length);
        if (need > this.#slab.length - sinkAt) {
          this.#reserve(sinkAt - rowAt + need, rowAt, outlet, sinkAt);
          sinkAt -= rowAt;
          rowAt = 0;
        }
        const slab = this.#slab;
        sinkAt = copy(bytes, copied, at - 4, slab, sinkAt) + 4;
        const written = mask.write(bytes, at, at + length, slab, sinkAt);
        if (written < -1 || written > bound) throw new Error('a mask wrote more than its bound');
        writeInt32(slab, sinkAt - 4, written);
        if (written > 0) sinkAt += written;
        this.#counts[column] = (this.#counts[column] ?? 0) + 1;
        copied = at + length;
      }
      at += length;
    }
    // Bytes behind the last cell would be cells that nobody has looked at.
    if (at !== end) throw new WireError('a row is longer than its cells');
    sinkAt = copy(bytes, copied, end, this.#slab, sinkAt);
    writeInt32(this.#slab, rowAt + 1, sinkAt - rowAt - 1);
    this.#length = sinkAt;
    return sinkAt - rowAt;
  }

  /** Makes room for `need` bytes from `rowAt` on; what stands before leaves, what was begun (up to `sinkAt`) moves along. */
  #reserve(need: number, rowAt: number, outlet: Outlet, sinkAt = rowAt): void {
    const slab = this.#slab;
    if (slab.length - rowAt >= need) return;
    if (rowAt > 0) outlet.write(slab.subarray(0, rowAt));
    const next = slabFor(Math.max(need, slab.length >> 1));
    slab.copy(next, 0, rowAt, sinkAt);
    this.#slab = next;
    this.#length = 0;
  }

  #flush(outlet: Outlet): void {
    if (this.#length > 0) outlet.write(this.#slab.subarray(0, this.#length));
    this.#slab = nothing;
    this.#length = 0;
  }
}

export interface MaskedRun {
  /** Where the first row starts that was not masked. */
  readonly position: number;
  readonly rows: number;
  /** As they leave. */
  readonly bytes: number;
}

const nothing = Buffer.alloc(0);

// Masked rows are mostly as long as they came, some a little longer.
function slabFor(bytes: number): Buffer {
  return Buffer.allocUnsafe(bytes + (bytes >> 3) + 64);
}

// Below this length a call into native code costs more than the loop.
const shortCopy = 48;

function copy(source: Buffer, start: number, end: number, sink: Buffer, at: number): number {
  if (end - start > shortCopy) {
    source.copy(sink, at, start, end);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from += 1) {
    sink[to] = source[from] ?? 0;
    to += 1;
  }
  return to;
}

function int32(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

function writeInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
