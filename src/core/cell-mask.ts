/**
 * What masking does to one column of one result shape. Knows the type and the format (text or binary) of the column it was
 * made for; never changes either. Pure and total: whatever the bytes, it writes a masked value or answers NULL.
 */
export interface CellMask {
  readonly column: string;
  readonly class: string;
  /** The transform: `redact`, `partial`, `tokenize`, `year`, `null`. */
  readonly transform: string;
  /** Most bytes that the masked form of a cell of `length` bytes can take. */
  bound(length: number): number;
  /**
   * Writes the masked form of the cell `source[start, end)` into `sink` at `at`, where `bound(end - start)` bytes are free.
   * Answers the number of bytes written, or -1 for SQL NULL. NULL cells are never passed in: they stay NULL.
   */
  write(source: Buffer, start: number, end: number, sink: Buffer, at: number): number;
}
