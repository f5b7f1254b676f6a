/** What masking does to the answers of one route. Pure and total: whatever the bytes, it answers a masked text or null. */
export interface BodyMask {
  /** What is looked for and masked, in the order of {@link MaskedBody.counts}. */
  readonly fields: readonly MaskedField[];
  /** Null: it is not a JSON text that everybody reads in the same way. */
  mask(body: Buffer): MaskedBody | null;
}

export interface MaskedField {
  /** `$.contacts[*].phone` */
  readonly path: string;
  readonly class: string;
  /** The transform: `redact`, `partial`, `tokenize`, `year`, `null`. */
  readonly transform: string;
}

export interface MaskedBody {
  readonly bytes: Buffer;
  /** Values masked, per field. */
  readonly counts: readonly number[];
}
