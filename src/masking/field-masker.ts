import { type JsonKind, type JsonVisitor, walkJson } from '../base/strict-json.ts';
import type { FieldPath, FieldStep } from './field-path.ts';

/** A field that is looked for in a JSON text. */
export interface SoughtField {
  readonly index: number;
  readonly path: FieldPath;
}

/** The JSON that stands in the place of `bytes[start, end)`, which belongs to these fields; there is at least one. */
export type Replace<F extends SoughtField> = (
  fields: readonly F[],
  kind: JsonKind,
  bytes: Buffer,
  start: number,
  end: number,
) => string;

export interface Replaced {
  readonly bytes: Buffer;
  /** Values replaced, by the index of the field. */
  readonly counts: readonly number[];
}

/**
 * Replaces the values of fields, and leaves everything else byte for byte as it came. In an array each element is replaced; an
 * object is replaced as a whole, since its names may be values too; null stays. Null where it is no JSON that can be walked.
 */
export function replaceFields<F extends SoughtField>(
  body: Buffer,
  fields: readonly F[],
  replace: Replace<F>,
): Replaced | null {
  const masker = new FieldMasker(body, fields, replace);
  return walkJson(body, masker.top(), masker) ? masker.replaced() : null;
}

/**
 * What is known of a place in the text: how far into which paths it is, and what already covers it. It follows from the names
 * that lead there, and of those only from the ones that paths name: there are few places, and each is worked out once.
 */
class Place<F extends SoughtField> {
  readonly open: readonly Progress<F>[];
  /** Fields that the place belongs to. */
  readonly hits: readonly F[];
  readonly #members = new Map<string | null, Place<F>>();
  #element: Place<F> | null = null;

  constructor(open: readonly Progress<F>[], hits: readonly F[]) {
    this.open = open;
    this.hits = hits;
  }

  /** `name` null: one that no path has. */
  member(name: string | null): Place<F> {
    const known = this.#members.get(name);
    if (known !== undefined) return known;
    const made = descend(this, (step) => step.kind === 'each' || step.name === name);
    this.#members.set(name, made);
    return made;
  }

  element(): Place<F> {
    this.#element ??= descend(this, (step) => step.kind === 'each');
    return this.#element;
  }
}

interface Progress<F> {
  readonly field: F;
  /** Index of the step that comes next. */
  readonly step: number;
}

/** Null: something around the place is replaced as a whole. */
class FieldMasker<F extends SoughtField> implements JsonVisitor<Place<F> | null> {
  readonly #body: Buffer;
  readonly #fields: readonly F[];
  readonly #names: ReadonlySet<string>;
  readonly #replace: Replace<F>;
  readonly #counts: number[];
  #sink: Buffer;
  #written = 0;
  #copied = 0;

  constructor(body: Buffer, fields: readonly F[], replace: Replace<F>) {
    this.#body = body;
    this.#fields = fields;
    this.#names = new Set(
      fields.flatMap(({ path }) => path.steps.flatMap((step) => (step.kind === 'each' ? [] : [step.name]))),
    );
    this.#replace = replace;
    this.#counts = fields.map(() => 0);
    this.#sink = Buffer.allocUnsafe(body.length + 1024);
  }

  top(): Place<F> {
    return new Place(
      this.#fields.map((field) => ({ field, step: 0 })),
      [],
    );
  }

  member(container: Place<F> | null, name: string): Place<F> | null {
    // An object that is a field itself is replaced as a whole.
    if (container === null || container.hits.length > 0) return null;
    return container.member(this.#names.has(name) ? name : null);
  }

  element(container: Place<F> | null): Place<F> | null {
    return container === null ? null : container.element();
  }

  value(at: Place<F> | null, kind: JsonKind, start: number, end: number): void {
    if (at === null || at.hits.length === 0 || kind === 'null' || kind === 'array') return;
    for (const { index } of at.hits) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#copy(start);
    this.#write(this.#replace(at.hits, kind, this.#body, start, end));
    this.#copied = end;
  }

  replaced(): Replaced {
    this.#copy(this.#body.length);
    return { bytes: this.#sink.subarray(0, this.#written), counts: this.#counts };
  }

  #copy(until: number): void {
    this.#grow(until - this.#copied);
    this.#written += this.#body.copy(this.#sink, this.#written, this.#copied, until);
  }

  #write(text: string): void {
    // Three bytes of UTF-8 are the most that one unit of UTF-16 takes.
    this.#grow(text.length * 3);
    this.#written += this.#sink.write(text, this.#written);
  }

  #grow(by: number): void {
    if (this.#written + by <= this.#sink.length) return;
    const grown = Buffer.allocUnsafe((this.#written + by) * 2);
    this.#sink.copy(grown, 0, 0, this.#written);
    this.#sink = grown;
  }
}

function descend<F extends SoughtField>(container: Place<F>, fits: (step: FieldStep) => boolean): Place<F> {
  const open: Progress<F>[] = [];
  const hits = [...container.hits];
  for (const progress of container.open) {
    const { steps } = progress.field.path;
    const step = steps[progress.step];
    if (step === undefined) continue;
    if (step.kind === 'anywhere') open.push(progress);
    if (!fits(step)) continue;
    if (progress.step + 1 < steps.length) open.push({ ...progress, step: progress.step + 1 });
    else if (!hits.includes(progress.field)) hits.push(progress.field);
  }
  return new Place(distinct(open), hits);
}

/** Several ways can lead to one step of a path: `$..a..b` in `{"a":{"a":...}}`. */
function distinct<F>(open: readonly Progress<F>[]): readonly Progress<F>[] {
  if (open.length < 2) return open;
  return open.filter(
    ({ field, step }, at) => open.findIndex((other) => other.field === field && other.step === step) === at,
  );
}
