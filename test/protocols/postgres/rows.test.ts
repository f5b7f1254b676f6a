import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CellMask } from '../../../src/core/cell-mask.ts';
import { RowMasker } from '../../../src/protocols/postgres/rows.ts';
import { Outlet } from '../../../src/protocols/postgres/wire.ts';
import { be } from '../../support/pg-bytes.ts';
import { growing, stars } from '../../support/stars.ts';
import { Transcript } from '../../support/transcript.ts';

const kinds = { none: null, stars, one: growing(1), many: growing(9), empty: growing(0) } as const;

type Kind = keyof typeof kinds;

function expected(kind: Kind, cell: string | null): string | null {
  if (cell === null || kind === 'none') return cell;
  if (kind === 'stars') return '*'.repeat(Buffer.byteLength(cell));
  const times = { one: 1, many: 9, empty: 0 }[kind];
  return cell === '' ? null : `<${cell.repeat(times)}>`;
}

const cells = fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 8 })), {
  nil: null,
});

test('what is masked is what a plain reading of the rows says, however slabs fall', () => {
  const table = fc
    .array(fc.constantFrom(...(Object.keys(kinds) as Kind[])), { minLength: 0, maxLength: 6 })
    .chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(fc.array(cells, { minLength: columns.length, maxLength: columns.length }), { maxLength: 40 }),
      }),
    );
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const masks: readonly (CellMask | null)[] = columns.map((kind) => kinds[kind]);
      const masker = new RowMasker(masks);
      const out = new Transcript();
      const outlet = new Outlet('client');
      outlet.out = out;
      const bytes = Buffer.concat(rows.map((row) => be.row(row)));
      const before = Buffer.from(bytes);
      const run = masker.run(bytes, 0, 1 << 20, outlet);
      const wanted = rows.map((row) => be.row(row.map((cell, at) => expected(columns[at] ?? 'none', cell))));
      assert.deepEqual(out.bytes('client'), Buffer.concat(wanted));
      assert.deepEqual(run, { position: bytes.length, rows: rows.length, bytes: Buffer.concat(wanted).length });
      const counts = columns.map((kind, at) => (kind === 'none' ? 0 : rows.filter((row) => row[at] !== null).length));
      assert.deepEqual(masker.takeCounts(), counts);
      assert.deepEqual(bytes, before, 'a received chunk is never modified');
    }),
    { numRuns: 300 },
  );
});

test('cells that lie about their length throw, and a mask over its bound is a bug', () => {
  const outlet = new Outlet('client');
  outlet.out = new Transcript();
  const row = be.row(['1', '2']);
  for (const [at, value] of [
    [7, 100],
    [7, -2],
    [12, 3],
  ] as const) {
    const broken = Buffer.from(row);
    broken.writeInt32BE(value, at);
    assert.throws(() => new RowMasker([null, stars]).run(broken, 0, 100, outlet), { name: 'WireError' });
  }
  const trailing = Buffer.concat([row, Buffer.from('secret')]);
  trailing.writeInt32BE(trailing.length - 1, 1);
  assert.throws(() => new RowMasker([stars, null]).run(trailing, 0, 100, outlet), { name: 'WireError' });
  const liar = { ...stars, bound: () => 0 };
  assert.throws(() => new RowMasker([liar, null]).run(row, 0, 100, outlet), /bound/);
});
