import type { Command } from 'commander';
import type { Findings } from '../app-verbs.ts';
import type { ExitCode } from '../io.ts';
import { printable } from '../printable.ts';
import type { JsonOption, Surface } from '../surface.ts';

/** Verbs that run or set up a gateway. */
export function addGatewayVerbs(program: Command, surface: Surface): void {
  const { verbs, io, gateway } = surface;

  program
    .command('demo')
    .description('run a PostgreSQL with a synthetic clinic, an issuer and the gateway, all on loopback')
    .option('--fresh', 'start over: wipe the data of the demo')
    .action(surface.action(async ({ fresh }: { readonly fresh?: boolean }) => verbs.demo({ fresh: fresh === true })));

  program
    .command('serve')
    .description('run the gateway')
    .requiredOption('-c, --config <file>', 'configuration')
    .action(surface.action(async ({ config }: { readonly config: string }) => verbs.serve({ config })));

  program
    .command('check')
    .description('say every fault of a configuration and its policies')
    .requiredOption('-c, --config <file>', 'configuration')
    .option('--probe', 'also reach every target with its credentials')
    .option('--json', 'as JSON')
    .action(
      surface.action(async (options: { readonly config: string; readonly probe?: boolean } & JsonOption) =>
        showFindings(
          surface,
          await verbs.check({ config: options.config, probe: options.probe === true }),
          'the configuration holds',
          options,
        ),
      ),
    );

  program
    .command('init')
    .description('write a configuration and policies to start from')
    .option('--directory <dir>', 'where', '.')
    .action(
      surface.action(async ({ directory }: { readonly directory: string }) => {
        const written = await verbs.init({ directory });
        if (!written.ok) return surface.refused(written.error);
        io.out(written.value.map((path) => `${path}\n`).join(''));
        return 0;
      }),
    );

  program
    .command('reload')
    .description('swap configuration and policies of the running gateway, whole or not at all')
    .addHelpText('after', '\nNeeds an admin:\n  $ SLUICE_TOKEN=$(npx sluice token ada) npx sluice reload')
    .action(
      surface.action(async () => {
        const outcome = await gateway.change('reload');
        if (outcome.ok) io.err('reloaded\n');
        return surface.show(outcome, false, () => '');
      }),
    );

  program
    .command('token')
    .description("print a token of the demo's issuer: for a workload's password, or a person's SLUICE_TOKEN")
    .argument('<name>', 'nightly-etl, coding-agent, dana, sam, omar or ada')
    .addHelpText(
      'after',
      '\nExample:\n  $ PGPASSWORD=$(npx sluice token nightly-etl) psql "host=127.0.0.1 port=15432 dbname=clinic user=x sslmode=require"',
    )
    .action(
      surface.action(async (name: string) => {
        const token = await verbs.token(name);
        if (!token.ok) return surface.refused(token.error);
        io.out(`${token.value}\n`);
        return 0;
      }),
    );
}

/** Faults are what was asked for, so they are data; the exit code says whether there are any. */
export function showFindings({ io }: Surface, findings: Findings, good: string, { json }: JsonOption): ExitCode {
  if (json === true) io.out(`${JSON.stringify(findings)}\n`);
  else {
    for (const fault of findings.faults) io.out(`${printable(fault)}\n`);
    for (const remark of findings.remarks) io.err(`note: ${printable(remark)}\n`);
    if (findings.faults.length === 0) io.err(`${good}\n`);
  }
  return findings.faults.length === 0 ? 0 : 1;
}
