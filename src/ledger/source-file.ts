/** A file of a ledger, as it was found. */
export interface SourceFile {
  readonly name: string;
  /** Neither a directory nor a link nor anything else. */
  readonly regular: boolean;
}
