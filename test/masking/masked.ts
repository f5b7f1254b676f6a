import assert from 'node:assert/strict';
import type { ResultColumn } from '../../src/core/question.ts';
import type { CellWriter } from '../../src/masking/cell-writer.ts';

/** What a writer makes of a cell, run as a machine runs it: in the middle of larger buffers. Null: SQL NULL. */
export function masked(writer: CellWriter, cell: Buffer | string): Buffer | null {
  const value = typeof cell === 'string' ? Buffer.from(cell) : cell;
  const source = Buffer.concat([Buffer.from('before'), value, Buffer.from('after')]);
  const bound = writer.bound(value.length);
  const sink = Buffer.alloc(bound + 32, 0xee);
  const length = writer.write(source, 6, 6 + value.length, sink, 16);
  assert.ok(Number.isInteger(length) && length >= -1, `answers ${length}`);
  assert.ok(length <= bound, `wrote ${length} of at most ${bound}`);
  const untouched = Buffer.concat([sink.subarray(0, 16), sink.subarray(16 + Math.max(length, 0))]);
  // What lies beyond the answered length but within the bound is free to be written; beyond the bound nothing is.
  assert.ok(untouched.subarray(0, 16).equals(Buffer.alloc(16, 0xee)), 'wrote before its place');
  assert.ok(sink.subarray(16 + bound).equals(Buffer.alloc(16, 0xee)), 'wrote beyond its bound');
  assert.ok(source.subarray(6, 6 + value.length).equals(value), 'changed its source');
  return length === -1 ? null : Buffer.from(sink.subarray(16, 16 + length));
}

export function maskedText(writer: CellWriter, cell: Buffer | string): string | null {
  return masked(writer, cell)?.toString('utf8') ?? null;
}

export function resultColumn(typeOid: number, format = 0): ResultColumn {
  return { name: 'c', tableOid: 16_384, number: 1, typeOid, format };
}

/** Built-in types a result can have, with what a binary value of fixed width must be long; null where any length will do. */
export const builtInTypes: readonly { readonly name: string; readonly oid: number; readonly width: number | null }[] = [
  { name: 'bool', oid: 16, width: 1 },
  { name: 'bytea', oid: 17, width: null },
  { name: '"char"', oid: 18, width: 1 },
  { name: 'name', oid: 19, width: null },
  { name: 'int8', oid: 20, width: 8 },
  { name: 'int2', oid: 21, width: 2 },
  { name: 'int4', oid: 23, width: 4 },
  { name: 'text', oid: 25, width: null },
  { name: 'json', oid: 114, width: null },
  { name: 'xml', oid: 142, width: null },
  { name: 'float4', oid: 700, width: 4 },
  { name: 'float8', oid: 701, width: 8 },
  { name: 'inet', oid: 869, width: null },
  { name: 'text[]', oid: 1009, width: null },
  { name: 'bpchar', oid: 1042, width: null },
  { name: 'varchar', oid: 1043, width: null },
  { name: 'date', oid: 1082, width: 4 },
  { name: 'time', oid: 1083, width: 8 },
  { name: 'timestamp', oid: 1114, width: 8 },
  { name: 'timestamptz', oid: 1184, width: 8 },
  { name: 'interval', oid: 1186, width: 16 },
  { name: 'numeric', oid: 1700, width: null },
  { name: 'uuid', oid: 2950, width: 16 },
  { name: 'jsonb', oid: 3802, width: null },
  { name: 'an extension type', oid: 16_501, width: null },
];

export const textLikeOids: readonly number[] = [19, 25, 1042, 1043];
