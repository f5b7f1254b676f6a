import { join } from 'node:path';
import type { Io } from '../cli/io.ts';
import { runCli } from '../cli/run-cli.ts';
import { appVerbs } from './app-verbs.ts';
import { checkout } from './checkout.ts';
import { demoPorts } from './demo/demo-ports.ts';

const io: Io = {
  out: sayer(process.stdout),
  err: sayer(process.stderr),
  env: process.env,
};
const home = { folder: join(checkout, '.sluice', 'demo'), ports: demoPorts };

process.exitCode = await runCli(process.argv.slice(2), appVerbs(io, home), io);

/** A terminal that went away, or a full disk under a redirected output, must not end a gateway: files throw, pipes emit. */
function sayer(stream: NodeJS.WriteStream): (text: string) => void {
  stream.on('error', () => undefined);
  return (text) => {
    try {
      stream.write(text);
    } catch {
      // There is nowhere left to say it.
    }
  };
}
