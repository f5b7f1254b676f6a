import type { MaskingSettings, Transform } from './masking-settings.ts';

/** The transform of a class: as configured, else as the preset says, else redacted. */
export function transformOf(settings: MaskingSettings, className: string): Transform {
  const preset = settings.preset === 'hipaa-safe-harbor' ? hipaaSafeHarbor.get(className) : undefined;
  return settings.classes.get(className) ?? preset ?? redact;
}

/**
 * True where the transform leaves nothing that 45 CFR 164.514(b)(2) lists. `partial` keeps characters of an identifier and
 * `tokenize` derives a code from one, so neither is.
 */
export function isSafeHarbor(transform: Transform): boolean {
  return transform.kind === 'redact' || transform.kind === 'null' || transform.kind === 'year';
}

const redact: Transform = { kind: 'redact' };
const year: Transform = { kind: 'year' };

/** Names of classes that Sluice knows, with the letter of 164.514(b)(2)(i) they come from. */
export const hipaaSafeHarbor: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  // A
  ['name', redact],
  // B: three digits of a ZIP code may stay only where 20,000 people live, which this transform cannot know.
  ['address', redact],
  ['city', redact],
  ['zip', redact],
  // C
  ['birth_date', year],
  ['date', year],
  ['admission_date', year],
  ['discharge_date', year],
  ['death_date', year],
  ['age', redact],
  // D, E, F
  ['phone', redact],
  ['fax', redact],
  ['email', redact],
  // G to M
  ['ssn', redact],
  ['mrn', redact],
  ['health_plan', redact],
  ['account', redact],
  ['licence', redact],
  ['license', redact],
  ['vehicle', redact],
  ['device', redact],
  // N, O, P, Q
  ['url', redact],
  ['ip', redact],
  ['biometric', redact],
  ['photo', redact],
  // R
  ['identifier', redact],
  // Free text may hold any of them.
  ['notes', redact],
  ['free_text', redact],
  ['message', redact],
]);
