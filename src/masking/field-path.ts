import { err, ok, type Result } from '../base/result.ts';

/** Where in a JSON text: `$.patient.ssn`, `$.contacts[*].phone`, `$..ssn`. */
export interface FieldPath {
  readonly text: string;
  readonly steps: readonly FieldStep[];
}

export type FieldStep =
  /** The member of this name. */
  | { readonly kind: 'member'; readonly name: string }
  /** Every member of that name, at any depth from here on. */
  | { readonly kind: 'anywhere'; readonly name: string }
  /** Every element of an array, and every member of an object. */
  | { readonly kind: 'each' };

/** The error is a phrase that says what is wrong with the text. */
export function parseFieldPath(text: string): Result<FieldPath, string> {
  const steps: FieldStep[] = [];
  let rest = text.startsWith('$') ? text.slice(1) : '';
  if (rest === '') return err(`must start with $ and name a field, such as ${example}`);
  while (rest !== '') {
    const step = stepPattern.exec(rest);
    if (step === null) return err(`is not a path such as ${example} or $..ssn`);
    const [whole, deep, plain, quoted] = step;
    const name = quoted === undefined ? plain : unquoted(quoted);
    if (name === undefined) steps.push({ kind: 'each' });
    else steps.push({ kind: deep === '..' ? 'anywhere' : 'member', name });
    rest = rest.slice(whole.length);
  }
  return ok({ text, steps });
}

/** `.name`, `..name`, `['any name']`, `[*]`. A quote within a name is written twice. */
const stepPattern = /^(?:(\.\.|\.)([A-Za-z_][A-Za-z0-9_-]*)|\['((?:[^']|'')+)'\]|\[\*\])/;

function unquoted(text: string): string {
  return text.replaceAll("''", "'");
}

const example = '$.contacts[*].phone';
