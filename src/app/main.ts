import { join } from 'node:path';
import { err, ok } from '../base/result.ts';
import type { AppVerbs, Refused } from '../cli/app-verbs.ts';
import type { Io } from '../cli/io.ts';
import { runCli } from '../cli/run-cli.ts';
import { ledgerDirectoryOf } from '../store/data-directory.ts';
import { checkout } from './checkout.ts';
import { demoPlaces } from './demo/demo-places.ts';
import { requestToken } from './demo/request-token.ts';
import { check, checkPolicies } from './verbs/check.ts';
import { init } from './verbs/init.ts';
import { ledgerDirectory, ledgerVerify } from './verbs/ledger.ts';
import { serve } from './verbs/serve.ts';
import { version } from './version.ts';

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
};

const places = demoPlaces(join(checkout, '.sluice', 'demo'));

const token = async (name: string) => {
  const requested = await requestToken(name, places);
  return requested.ok ? ok(requested.value) : err<Refused>({ message: requested.error, hint: null });
};

const verbs: AppVerbs = {
  version,
  // The demo needs packages that a production install leaves out: they are loaded only here.
  demo: async (options) => (await import('./verbs/demo.ts')).demo(options, io),
  serve: ({ config }) => serve(config, io),
  check: ({ config, probe }) => check(config, probe),
  init: ({ directory }) => init(directory),
  token,
  demoDefaults: () => ({
    url: places.apiUrl,
    token: () => token('omar'),
    ledgerDirectory: ledgerDirectoryOf(places.dataDir),
  }),
  policyCheck: ({ directory }) => checkPolicies(directory),
  ledgerDirectory,
  ledgerVerify,
};

process.exitCode = await runCli(process.argv.slice(2), verbs, io);
