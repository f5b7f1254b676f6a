/** The process as the command line sees it. */
export interface Io {
  /** Data, and nothing else. Text comes with its line ends. */
  out(text: string): void;
  /** Messages for people. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** 0 done, 1 refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;
