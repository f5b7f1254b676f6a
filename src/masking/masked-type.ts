/** What a transform must know of the values that it is made for. */
export interface MaskedType {
  /** Of `pg_type`; a string of another wire is `text`. */
  readonly typeOid: number;
  /** 0 text, 1 binary. */
  readonly format: number;
}
