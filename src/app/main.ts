import { join } from 'node:path';
import type { Io } from '../cli/io.ts';
import { runCli } from '../cli/run-cli.ts';
import { appVerbs } from './app-verbs.ts';
import { checkout } from './checkout.ts';
import { demoPorts } from './demo/demo-ports.ts';

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
};
const home = { folder: join(checkout, '.sluice', 'demo'), ports: demoPorts };

process.exitCode = await runCli(process.argv.slice(2), appVerbs(io, home), io);
