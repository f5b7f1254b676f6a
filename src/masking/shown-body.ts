import type { FieldRule } from '../core/http-connection.ts';
import { replaceFields, type SoughtField } from './field-masker.ts';
import { type FieldPath, parseFieldPath } from './field-path.ts';

/**
 * A JSON body for people who must judge it, and may not see what is protected: the value of every member that has the name of a
 * protected field, wherever it stands, is replaced by its class, `‹ssn›`. Requests and answers need not have the same shape.
 */
export function showBody(body: Buffer, rules: readonly FieldRule[]): string {
  const fields = rules.map(({ path, class: name }, index): Named => ({ index, path: anywhere(path), class: name }));
  const shown = replaceFields(body, fields, (named) => JSON.stringify(labelOf(named)));
  return shown === null ? '‹unreadable›' : shown.bytes.toString().replace(unseen, escaped);
}

/** In JSON they can only stand in strings, where an escape means the same. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** What nobody sees, or what turns the text around it. Line ends and tabs between values stay. */
const unseen = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

interface Named extends SoughtField {
  readonly class: string;
}

function labelOf(fields: readonly Named[]): string {
  return `‹${[...new Set(fields.map((field) => field.class))].sort().join(' ')}›`;
}

/** `$..phone` for `$.contacts[*].phone`; a path that ends without a name covers everything. */
function anywhere(text: string): FieldPath {
  const path = parseFieldPath(text);
  if (!path.ok) throw new Error('a path that the configuration would not have accepted');
  const last = path.value.steps.findLast((step) => step.kind !== 'each');
  return { text, steps: [last === undefined ? { kind: 'each' } : { kind: 'anywhere', name: last.name }] };
}
