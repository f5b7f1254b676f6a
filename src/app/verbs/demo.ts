import { spawnSync } from 'node:child_process';
import type { ExitCode, Io } from '../../cli/io.ts';
import { prepareDemo } from '../demo/demo.ts';
import type { DemoPorts } from '../demo/demo-ports.ts';
import { startGateway } from '../gateway.ts';
import { readConfiguration } from './read-configuration.ts';
import { untilSignal } from './until-signal.ts';

export interface DemoRun {
  readonly fresh: boolean;
  readonly folder: string;
  readonly ports: DemoPorts;
}

/** A real database with a synthetic clinic, a development issuer and the gateway, on loopback, until Ctrl-C. */
export async function demo(run: DemoRun, io: Io): Promise<ExitCode> {
  const say = (line: string) => io.out(`${line}\n`);
  const complain = (line: string) => io.err(`sluice: ${line}\n`);
  // The log of a demo is for those who ask for it: what matters is on the standard output.
  process.env['SLUICE_LOG'] ??= 'warn';
  let prepared: Awaited<ReturnType<typeof prepareDemo>>;
  try {
    prepared = await prepareDemo({ ...run, say });
  } catch (error) {
    complain(error instanceof Error ? error.message : 'the demo cannot be prepared');
    return 1;
  }
  try {
    const read = () => readConfiguration(prepared.configFile);
    const configuration = await read();
    const started = configuration.ok ? await startGateway({ configuration: configuration.value, read }) : configuration;
    if (!started.ok) {
      for (const fault of started.error) complain(fault);
      return 1;
    }
    for (const line of welcome(run.ports)) say(line);
    say(`sluice demo ready on ${prepared.places.apiUrl}`);
    await untilSignal(started.value, complain);
    await started.value.stop();
    return 0;
  } finally {
    await prepared.stop();
  }
}

function welcome({ api, pg, records }: DemoPorts): readonly string[] {
  const psql = spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0;
  return [
    '',
    'In another terminal, in this folder:',
    '',
    ...(psql
      ? [
          `  PGPASSWORD=$(npx sluice token nightly-etl) psql "host=127.0.0.1 port=${pg} dbname=clinic user=x sslmode=require"`,
        ]
      : []),
    '  npx sluice sql clinic "select id, ssn, full_name, status from patients limit 3" --as nightly-etl',
    '  npx sluice sql clinic "select * from patients" --as coding-agent        # refused, and says why',
    `  curl -H "Authorization: Bearer $(npx sluice token nightly-etl)" http://127.0.0.1:${records}/patients/7`,
    '',
    '  npx sluice sql clinic "update patients set status = \'inactive\' where id = 7" --as nightly-etl        # waits for a person, here or there:',
    `  http://127.0.0.1:${api}/approvals        # be dana, read it, approve it`,
    '  SLUICE_TOKEN=$(npx sluice token dana) npx sluice approvals list --state pending',
    '  SLUICE_TOKEN=$(npx sluice token dana) npx sluice approvals approve apr_... --reason "agreed in OPS-17"',
    '',
    '  npx sluice ledger tail',
    '  npx sluice ledger verify',
    '',
    'All patients are synthetic. Ctrl-C stops everything.',
    '',
  ];
}
