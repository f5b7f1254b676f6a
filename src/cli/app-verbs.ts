import type { Result } from '../base/result.ts';
import type { ExitCode } from './io.ts';

/** What the command line cannot do over HTTP: verbs that start a gateway, or work where none runs. */
export interface AppVerbs {
  readonly version: string;
  /** Runs the demo until it is told to stop. */
  demo(options: { readonly fresh: boolean }): Promise<ExitCode>;
  /** Runs the gateway until it is told to stop. */
  serve(options: { readonly config: string }): Promise<ExitCode>;
  /** Every fault of a configuration and its policies; with `probe` also of its targets. */
  check(options: { readonly config: string; readonly probe: boolean }): Promise<Findings>;
  /** Writes a configuration to start from; the paths written, or why not. */
  init(options: { readonly directory: string }): Promise<Result<readonly string[], Refused>>;
  /** A token of the demo's issuer for a principal of the demo. */
  token(name: string): Promise<Result<string, Refused>>;
  /** Logs a person in with their browser; their ID token. */
  login(wish: LoginWish): Promise<Result<string, Refused>>;
  /** What holds in a checkout with the demo when nothing else is said. */
  demoDefaults(): DemoDefaults;
  /** Every fault of the policies in a folder. */
  policyCheck(options: { readonly directory: string }): Promise<Findings>;
  /** The ledger's directory of a configuration. */
  ledgerDirectory(config: string): Promise<Result<string, Refused>>;
  /** Works on files alone, also while the gateway writes them, or on a copy. */
  ledgerVerify(options: LedgerVerifyOptions): Promise<LedgerVerification>;
  /** An entry and its proof in one text, `c2sp.org/tlog-proof@v1`; from files alone. */
  ledgerExport(options: { readonly directory: string; readonly index: number }): Promise<Result<string, Refused>>;
  /** What a proof in a file shows to who holds the key: without the log, a gateway or a network. */
  ledgerProof(options: { readonly file: string; readonly key: string }): Promise<Result<LedgerProof, Refused>>;
}

export interface LoginWish {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Opens a browser, rather than only saying where to go. */
  readonly browser: boolean;
  /** Told the address to open. */
  say(address: string): void;
}

export interface DemoDefaults {
  readonly url: string;
  /** A token of the demo's auditor: it reads and changes nothing. */
  token(): Promise<Result<string, Refused>>;
  readonly ledgerDirectory: string;
}

export interface Refused {
  readonly message: string;
  readonly hint: string | null;
}

export interface Findings {
  readonly faults: readonly string[];
  /** What holds but should be known, such as policies that permit nothing. */
  readonly remarks: readonly string[];
}

export interface LedgerVerifyOptions {
  readonly directory: string;
  /** The public key of the signer, or a file with it; null: the one beside the log, which proves less. */
  readonly key: string | null;
  /** File with a checkpoint that the verifier kept; null: none. */
  readonly checkpoint: string | null;
}

export interface LedgerVerification {
  readonly directory: string;
  /** Entries covered by the signed head. */
  readonly entries: string;
  /** False where the key came from beside the log. */
  readonly signerPinned: boolean;
  /** Empty: everything holds. Each says where. */
  readonly faults: readonly string[];
  readonly remarks: readonly string[];
}

export interface LedgerProof {
  /** The log, which the key is named as. */
  readonly origin: string;
  readonly index: string;
  /** Entries that the checkpoint in the proof covers. */
  readonly size: string;
  /** Canonical JSON. */
  readonly entry: string;
}
