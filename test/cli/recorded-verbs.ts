import { err, ok } from '../../src/base/result.ts';
import type { AppVerbs, DemoDefaults, Findings, LedgerVerification, LoginWish } from '../../src/cli/app-verbs.ts';
import type { ExitCode, Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run-cli.ts';

/** The app's part of the command line, which writes down what it was asked. */
export class RecordedVerbs implements AppVerbs {
  readonly version = '1.2.3';
  readonly calls: unknown[] = [];
  url = 'http://127.0.0.1:1';
  exit: ExitCode = 0;
  loggedIn: Awaited<ReturnType<AppVerbs['login']>> = err({
    message: 'nobody logged in within 5 minutes',
    hint: 'start again',
  });
  findings: Findings = { faults: [], remarks: [] };
  verification: LedgerVerification = {
    directory: '/copy',
    entries: '12',
    signerPinned: false,
    faults: [],
    remarks: [],
  };

  async demo(options: unknown): Promise<ExitCode> {
    this.calls.push(['demo', options]);
    return this.exit;
  }

  async serve(options: unknown): Promise<ExitCode> {
    this.calls.push(['serve', options]);
    return this.exit;
  }

  async check(options: unknown): Promise<Findings> {
    this.calls.push(['check', options]);
    return this.findings;
  }

  async init(options: { readonly directory: string }): ReturnType<AppVerbs['init']> {
    this.calls.push(['init', options]);
    if (options.directory === 'full') return err({ message: 'sluice.yaml is there already', hint: 'choose another' });
    return ok(['sluice.yaml', 'policies/baseline.cedar']);
  }

  async token(name: string): ReturnType<AppVerbs['token']> {
    if (name === 'mallory') return err({ message: 'nobody is called mallory', hint: 'try nightly-etl' });
    return ok(`token-of-${name}`);
  }

  async login(wish: LoginWish): ReturnType<AppVerbs['login']> {
    const { say, ...rest } = wish;
    this.calls.push(['login', rest]);
    say('https://login.example/auth?state=s');
    return this.loggedIn;
  }

  demoDefaults(): DemoDefaults {
    return { url: this.url, token: async () => ok('token-of-omar'), ledgerDirectory: '/demo/ledger' };
  }

  async policyCheck(options: unknown): Promise<Findings> {
    this.calls.push(['policyCheck', options]);
    return this.findings;
  }

  async ledgerDirectory(config: string): ReturnType<AppVerbs['ledgerDirectory']> {
    return config === 'broken.yaml'
      ? err({ message: 'broken.yaml:1: no dataDir', hint: null })
      : ok('/of/config/ledger');
  }

  async ledgerVerify(options: unknown): Promise<LedgerVerification> {
    this.calls.push(['ledgerVerify', options]);
    return this.verification;
  }

  async ledgerExport(options: { readonly index: number }): ReturnType<AppVerbs['ledgerExport']> {
    this.calls.push(['ledgerExport', options]);
    return options.index < 12
      ? ok('c2sp.org/tlog-proof@v1\n')
      : err({ message: 'entry 12 is not published', hint: null });
  }

  async ledgerProof(options: { readonly file: string }): ReturnType<AppVerbs['ledgerProof']> {
    this.calls.push(['ledgerProof', options]);
    if (options.file === 'forged') return err({ message: 'the checkpoint in the proof is malformed', hint: null });
    return ok({ origin: 'clinic-gateway', index: '3', size: '12', entry: '{"type":"gateway.stopped"}' });
  }
}

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line and keeps what it prints. */
export async function run(verbs: AppVerbs, given: readonly string[], env: Io['env'] = {}): Promise<Ran> {
  let out = '';
  let messages = '';
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      messages += text;
    },
    env,
  };
  const code = await runCli(given, verbs, io);
  return { code, out, err: messages };
}
