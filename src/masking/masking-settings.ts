/** What happens to a class, as configured. A class without a transform is redacted. */
export interface MaskingSettings {
  /** Named defaults per class; `classes` overrides them. */
  readonly preset: 'hipaa-safe-harbor' | null;
  readonly classes: ReadonlyMap<string, Transform>;
}

/** `partial` and `tokenize` are not Safe Harbor and are labelled so wherever they appear. */
export type Transform =
  | { readonly kind: 'redact' }
  | { readonly kind: 'null' }
  | { readonly kind: 'year' }
  | { readonly kind: 'tokenize' }
  | { readonly kind: 'partial'; readonly keepLast: number };
