/** One thing wrong with a configuration file, where it is, and what to do. Never holds the value of a secret. */
export interface ConfigurationFault {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `listeners.pg.tls`; empty for the file as a whole. */
  readonly path: string;
  /** A sentence. */
  readonly message: string;
}

/** `sluice.yaml:12:5: listeners.pg.tls: ...`, as editors and people read it. */
export function printFault(file: string, { line, column, path, message }: ConfigurationFault): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}
