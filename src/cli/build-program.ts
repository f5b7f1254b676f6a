import { Command } from 'commander';
import type { AppVerbs } from './app-verbs.ts';
import type { ExitCode, Io } from './io.ts';
import { Surface } from './surface.ts';
import { addApprovalVerbs } from './verbs/approvals.ts';
import { addGatewayVerbs } from './verbs/gateway.ts';
import { addGrantVerbs } from './verbs/grants.ts';
import { addLedgerVerbs } from './verbs/ledger.ts';
import { addLoginVerbs } from './verbs/login.ts';
import { addPolicyVerbs } from './verbs/policy.ts';
import { addPrincipalVerbs } from './verbs/principals.ts';
import { addSessionVerbs } from './verbs/sessions.ts';
import { addSqlVerb } from './verbs/sql.ts';
import { addTicketVerbs } from './verbs/tickets.ts';

/** The verbs of `sluice`. `done` is told the exit code of the verb that ran; see `runCli`. */
export function buildProgram(verbs: AppVerbs, io: Io, done: (code: ExitCode) => void = () => undefined): Command {
  const program = new Command('sluice')
    .description('A gateway between non-human identities and the systems that hold protected health information.')
    .version(verbs.version)
    .exitOverride()
    .showHelpAfterError('(--help says how)')
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .addHelpText('after', examples);
  const surface = new Surface(verbs, io, done);
  addGatewayVerbs(program, surface);
  addLoginVerbs(program, surface);
  addSqlVerb(program, surface);
  addPrincipalVerbs(program, surface);
  addSessionVerbs(program, surface);
  addTicketVerbs(program, surface);
  addApprovalVerbs(program, surface);
  addGrantVerbs(program, surface);
  addPolicyVerbs(program, surface);
  addLedgerVerbs(program, surface);
  return program;
}

const examples = `
Environment:
  SLUICE_URL    the API of the gateway; the demo (http://127.0.0.1:8400) unless set
  SLUICE_TOKEN  a token of yours; unless set, that of "sluice login", else the demo's auditor, who only reads

Exit codes: 0 done, 1 refused or failed, 2 wrong usage. Data on the standard output, messages on the error stream.

Examples:
  $ npx sluice sql clinic "select id, ssn, full_name from patients limit 3" --as nightly-etl
  $ npx sluice sessions list --json
  $ SLUICE_TOKEN=$(npx sluice token ada) npx sluice principals disable demo/nightly-etl
  $ SLUICE_TOKEN=$(npx sluice token dana) npx sluice approvals list --state pending
  $ npx sluice ledger verify`;
