import { err, ok } from '../base/result.ts';
import type { AppVerbs, Refused } from '../cli/app-verbs.ts';
import type { Io } from '../cli/io.ts';
import { ledgerDirectoryOf } from '../store/data-directory.ts';
import { demoPlaces } from './demo/demo-places.ts';
import type { DemoPorts } from './demo/demo-ports.ts';
import { requestToken } from './demo/request-token.ts';
import { check, checkPolicyFolder } from './verbs/check.ts';
import { init } from './verbs/init.ts';
import { ledgerDirectory, ledgerExport, ledgerProof, ledgerVerify } from './verbs/ledger.ts';
import { login } from './verbs/login.ts';
import { serve } from './verbs/serve.ts';
import { version } from './version.ts';

/** Where the demo lives that `sluice demo` runs and that other verbs turn to when nothing else is said. */
export interface DemoHome {
  readonly folder: string;
  readonly ports: DemoPorts;
}

/** The verbs that start a gateway or work where none runs. */
export function appVerbs(io: Io, home: DemoHome): AppVerbs {
  const places = demoPlaces(home.folder);
  const token = async (name: string) => {
    const requested = await requestToken(name, places);
    return requested.ok ? ok(requested.value) : err<Refused>({ message: requested.error, hint: null });
  };
  return {
    version,
    // The demo needs packages that a production install leaves out: they are loaded only here.
    demo: async ({ fresh }) => (await import('./verbs/demo.ts')).demo({ ...home, fresh }, io),
    serve: ({ config }) => serve(config, io),
    check: ({ config, probe }) => check(config, probe),
    init: ({ directory }) => init(directory),
    token,
    login,
    demoDefaults: () => ({
      url: places.apiUrl,
      token: () => token('omar'),
      ledgerDirectory: ledgerDirectoryOf(places.dataDir),
    }),
    policyCheck: ({ directory }) => checkPolicyFolder(directory),
    ledgerDirectory,
    ledgerVerify,
    ledgerExport,
    ledgerProof,
  };
}
