import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import type { Ran } from '../program.ts';
import { playTool, type ToolScene, toolVersion } from '../tool.ts';

const bench = (scenario: string, ...options: string[]) => ({
  scenario,
  command: 'pgbench',
  options,
  tell: transactions,
});

export const pgbench: Driver = {
  name: 'pgbench',
  needs: ['pgbench'],
  standard: true,
  database: 15,
  fixture: `
    create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
    create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
    create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    insert into pgbench_branches values (1, 0);
    insert into pgbench_tellers select n, 1, 0 from generate_series(1, 10) n;
    insert into pgbench_accounts select n, 1, 0, '' from generate_series(1, 100000) n`,
  install: async () => ({
    version: await toolVersion('pgbench'),
    play: playTool([
      ...(['simple', 'extended', 'prepared'] as const).flatMap((mode) => [
        bench(`tpcb.${mode}`, '-M', mode, '-c', '2', '-t', '40', '-n'),
        bench(`select-only.${mode}`, '-S', '-M', mode, '-c', '2', '-t', '200', '-n'),
      ]),
      bench('reconnecting', '-S', '-C', '-t', '10', '-n'),
      bench('grouped.pipeline', '-M', 'extended', '-t', '5', '-n', '-f', join(import.meta.dirname, 'pipeline.sql')),
      initialise('init', 'dtgvpf'),
      initialise('init.on-the-server', 'dtGvp'),
    ]),
  }),
};

/** Last, since it makes the tables anew. */
function initialise(scenario: string, steps: string): ToolScene {
  const faults = (stderr: string) => stderr.split('\n').filter((line) => /error|FATAL/i.test(line));
  return {
    scenario,
    command: 'pgbench',
    options: ['-i', '-q', '-I', steps],
    tell: ({ code, stderr }) => ({ exit: code, text: faults(stderr) }),
  };
}

/** Rates differ; what was done does not. */
function transactions({ code, stdout, stderr }: Ran): unknown {
  const done = /transactions actually processed: (\S+)/.exec(stdout)?.[1] ?? 'none';
  const failed = /failed transactions: (\d+)/.exec(stdout)?.[1] ?? 'none';
  return { exit: code, done, failed, text: stderr.split('\n').filter((line) => /ERROR|FATAL/.test(line)) };
}
