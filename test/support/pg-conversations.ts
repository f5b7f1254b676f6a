import fc from 'fast-check';
import { fe } from './pg-bytes.ts';

const names = fc.constantFrom('', 'a', 'b');
const counts = fc.nat({ max: 4 });

/** What clients may send, sensible or not, as whole messages. Texts are unique, so that each can be traced. */
export const conversation: fc.Arbitrary<readonly Buffer[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('query'), words: words() }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('parse'), name: names, words: words() }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('bind'), portal: names, name: names }) },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('execute'), portal: names, rows: counts }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('describe'), of: fc.constantFrom('S', 'P'), name: names }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('close'), of: fc.constantFrom('S', 'P'), name: names }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('sync') }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
      { weight: 2, arbitrary: copies() },
    ),
    { maxLength: 30 },
  )
  .map((steps) => [...steps.flatMap((step, at) => ('data' in step ? copy(step, at) : [message(step, at)])), fe.sync]);

function words(): fc.Arbitrary<string> {
  const word = fc.constantFrom(
    'rows 3',
    'rows 1',
    'rows 0',
    'update',
    'fail',
    'unparsable',
    'begin',
    'commit',
    'settle',
  );
  const special = fc.constantFrom('', '', '', ' deny it', ' watch', ' watch');
  return fc.tuple(word, special).map(([action, more]) => `${action}${more}`);
}

interface CopyStep {
  readonly words: string;
  readonly simple: boolean;
  /** Before the first data, where they are ignored. */
  readonly between: readonly ('sync' | 'flush')[];
  readonly data: readonly string[];
  readonly done: boolean;
}

function copies(): fc.Arbitrary<CopyStep> {
  return fc.record({
    words: fc.constantFrom(
      'copyin',
      'copyin midway',
      'copyin watch',
      'copyin fail',
      'copyin deny it',
      'copyout',
      'copyout watch',
    ),
    simple: fc.boolean(),
    between: fc.array(fc.constantFrom('sync', 'flush'), { maxLength: 2 }),
    data: fc.array(fc.string({ maxLength: 9 }), { maxLength: 4 }),
    done: fc.boolean(),
  });
}

/** A COPY with all of its data, sent without waiting for the target; names of its own, so that nothing else executes it. */
function copy(step: CopyStep, at: number): readonly Buffer[] {
  const text = `${step.words} #${at}`;
  const name = `copy${at}`;
  const started = step.simple ? [fe.query(text)] : [fe.parse(name, text), fe.bind(name, name), fe.execute(name)];
  const data = step.data.map((line) => fe.copyData(line));
  return [...started, ...step.between.map((kind) => fe[kind]), ...data, step.done ? fe.copyDone : fe.copyFail];
}

type Step =
  | { readonly kind: string; readonly words: string; readonly name?: string }
  | { readonly kind: string; readonly portal: string; readonly name?: string; readonly rows?: number }
  | { readonly kind: string; readonly of: 'S' | 'P' | string; readonly name: string }
  | { readonly kind: string };

function message(step: Step, at: number): Buffer {
  const name = 'name' in step ? (step.name ?? '') : '';
  if ('words' in step) {
    const text = `${step.words} #${at}`;
    return step.kind === 'query' ? fe.query(text) : fe.parse(name, text);
  }
  if ('portal' in step) return step.kind === 'bind' ? fe.bind(step.portal, name) : fe.execute(step.portal, step.rows);
  if ('of' in step) {
    const of = step.of === 'S' ? 'S' : 'P';
    return step.kind === 'describe' ? fe.describe(of, name) : fe.close(of, name);
  }
  return step.kind === 'sync' ? fe.sync : fe.flush;
}

/** Cuts bytes at these places. */
export function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const ends = [...sorted, bytes.length];
  return ends
    .map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
    .filter((part) => part.length > 0);
}
