import type { Driver } from '../driver.ts';
import type { Ran } from '../program.ts';
import { playTool, toolVersion } from '../tool.ts';

const dump = (scenario: string, ...options: string[]) => ({
  scenario,
  command: 'pg_dump',
  options: ['--no-owner', ...options],
  tell: statements,
});

export const pgDump: Driver = {
  name: 'pg_dump',
  needs: ['pg_dump'],
  standard: true,
  database: 15,
  install: async () => ({
    version: await toolVersion('pg_dump'),
    play: playTool([
      dump('dump.schema', '--schema-only'),
      dump('dump.schema-of-a-table', '--schema-only', '-t', 'orders'),
      dump('dump.data', '--data-only', '-t', 'items', '-t', 'orders'),
      dump('dump.data-as-inserts', '--data-only', '--inserts', '-t', 'items', '-t', 'typed'),
      dump('dump.whole'),
      dump('people.dump', '--data-only', '-t', 'people'),
    ]),
  }),
};

/** Without the key of \restrict, which is drawn for each dump. */
function statements({ code, stdout, stderr }: Ran): unknown {
  return { exit: code, said: stdout.replace(/^\\(un)?restrict .*$/gm, ''), text: stderr };
}
