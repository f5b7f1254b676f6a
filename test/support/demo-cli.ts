// The command line over a demo in another folder, on other ports than the documented ones: `demo-cli.ts FOLDER PORTS VERB...`.
import { appVerbs } from '../../src/app/app-verbs.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run-cli.ts';

const [folder = '', ports = '', ...given] = process.argv.slice(2);
const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
};
process.exitCode = await runCli(given, appVerbs(io, { folder, ports: JSON.parse(ports) }), io);
