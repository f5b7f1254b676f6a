import fc from 'fast-check';
import { fe } from './pg-bytes.ts';

/** One write of a client: whole messages, cut somewhere. */
export type Writes = readonly Buffer[];

export interface Vocabulary {
  readonly texts: readonly string[];
  /** Values of a Bind; none and too many among them. */
  readonly values: readonly (readonly string[])[];
}

/**
 * Conversations of a client that means well and errs often: extended and simple queries, few names, pipelines with errors
 * in them, cut into writes at any byte.
 */
export function conversations({ texts, values }: Vocabulary): fc.Arbitrary<Writes> {
  const name = fc.constantFrom('', '', 'a', 'b');
  const text = fc.constantFrom(...texts);
  const value = fc.constantFrom(...values);
  const which = fc.constantFrom('S' as const, 'P' as const);
  const whole = fc
    .tuple(name, name, text, value, fc.constantFrom(0, 0, 0, 1, 2))
    .map(([statement, portal, sql, bound, rows]) =>
      Buffer.concat([
        fe.parse(statement, sql),
        fe.bind(portal, statement, bound),
        fe.describe('P', portal),
        fe.execute(portal, rows),
      ]),
    );
  const step = fc.oneof(
    { weight: 5, arbitrary: whole },
    { weight: 3, arbitrary: text.map((sql) => fe.query(sql)) },
    { weight: 2, arbitrary: fc.tuple(name, text).map(([statement, sql]) => fe.parse(statement, sql)) },
    {
      weight: 3,
      arbitrary: fc.tuple(name, name, value).map(([portal, statement, v]) => fe.bind(portal, statement, v)),
    },
    { weight: 3, arbitrary: fc.tuple(name, fc.nat(3)).map(([portal, rows]) => fe.execute(portal, rows)) },
    { weight: 2, arbitrary: fc.tuple(which, name).map(([kind, of]) => fe.describe(kind, of)) },
    { weight: 1, arbitrary: fc.tuple(which, name).map(([kind, of]) => fe.close(kind, of)) },
    { weight: 1, arbitrary: fc.constantFrom(fe.flush, fe.copyDone, fe.copyData(Buffer.from('x')), fe.copyFail) },
    { weight: 5, arbitrary: fc.constant(fe.sync) },
  );
  return fc.tuple(fc.array(step, { maxLength: 24 }), fc.array(fc.nat(), { maxLength: 5 })).map(([steps, places]) => {
    const bytes = Buffer.concat([...steps, fe.sync, fe.query('rollback'), fe.query(`select '${last}'`)]);
    const cuts = [...new Set(places.map((place) => place % bytes.length))].sort((one, other) => one - other);
    return [...cuts, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : cuts[at - 1], end));
  });
}

/** Every conversation ends with a row that holds this. */
export const last = 'end of conversation';
