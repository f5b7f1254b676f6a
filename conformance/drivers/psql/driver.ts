import type { Driver } from '../driver.ts';
import { playTool, type ToolScene, toolVersion } from '../tool.ts';

export const psql: Driver = {
  name: 'psql',
  needs: ['psql'],
  standard: true,
  database: 15,
  install: async () => ({ version: await toolVersion('psql'), play: playTool(scenes) }),
};

const plain = ['-X', '-v', 'ON_ERROR_STOP=0'];

/** Each line is said to psql; what it answers is compared to the letter. */
const inputs: Readonly<Record<string, string>> = {
  'query.simple': 'select 1 as a, null as b;',
  'query.several-statements': "select 1\\; select 'two';\nselect 3;",
  'query.expanded': '\\x on\nselect * from items order by id;',
  'query.csv': '\\pset format csv\nselect * from items order by id;',
  'query.described': 'select id, label from items \\gdesc',
  'query.exec': "select format('select %s', n) from generate_series(1, 3) n \\gexec",
  'query.watch-and-timing': 'select 1 \\g | cat',
  'types.text': "set timezone to 'UTC';\nselect * from typed order by id;",
  variables:
    "\\set who 'O''Brien'\nselect :'who' as who, :{?who} as known;\nselect 5 as five \\gset\n\\echo :five\nselect :five * 2;",
  'prepared.bind': 'select $1::int + 1 \\bind 41 \\g',
  'transaction.commit-and-rollback':
    "begin;\ninsert into items values (40, 'x', 1, null);\nsavepoint a;\nselect 1/0;\nrollback to a;\nselect count(*) from items where id = 40;\nrollback;",
  'transaction.on-error-rollback': '\\set ON_ERROR_ROLLBACK on\nbegin;\nselect 1/0;\nselect 2;\ncommit;',
  'cursor.fetch-count':
    '\\set FETCH_COUNT 100\nselect sum(length(payload)) from big;\nselect id from big where id < 205 order by id;',
  'error.unique': "insert into items values (1, 'dup', 1, null);\nselect 1;",
  'error.syntax': 'selekt 1;\nselect 1;',
  'error.verbose': '\\set VERBOSITY verbose\nselect 1/0;\nselect 1;',
  'error.undefined-table': 'select * from nowhere;\nselect 1;',
  notice: "select shout('hello');",
  'settings.show':
    'show server_version;\nshow transaction_isolation;\n\\encoding\nset work_mem to 5000;\nshow work_mem;',
  'metadata.d': '\\d',
  'metadata.dt': '\\dt',
  'metadata.dt-plus': '\\dt+ items',
  'metadata.d-items': '\\d items',
  'metadata.d-orders': '\\d+ orders',
  'metadata.d-view': '\\d+ busy_people',
  'metadata.d-people': '\\d people',
  'metadata.d-typed': '\\d typed',
  'metadata.di': '\\di',
  'metadata.dv': '\\dv',
  'metadata.ds': '\\ds',
  'metadata.dn': '\\dn+',
  'metadata.df': '\\df',
  'metadata.sf': '\\sf total_of',
  'metadata.sv': '\\sv busy_people',
  'metadata.dT': '\\dT+',
  'metadata.dD': '\\dD',
  'metadata.du': '\\du',
  'metadata.dp': '\\dp items',
  'metadata.dx': '\\dx',
  'metadata.l': '\\l',
  'metadata.dconfig': '\\dconfig work_mem',
  'metadata.dp-all': '\\ddp',
  'metadata.da': '\\da sum',
  'metadata.do': '\\do ||',
  'metadata.missing': '\\d nowhere',
  'copy.out': '\\copy items (id, label) to stdout csv header',
  'copy.query-out': '\\copy (select id from big order by id limit 3) to stdout',
  'copy.in':
    '\\copy items (id, label) from stdin\n200\ta\n201\tb\n\\.\nselect count(*) from items;\ndelete from items where id >= 200;',
  'copy.server': 'copy items to stdout;',
  listen: "listen conformance;\nnotify conformance, 'x';\nselect 1;\nunlisten *;",
  'people.read': 'select id, name, ssn, born from people where id <= 3 order by id;',
  'people.read-bound': 'select ssn from people where id = $1 \\bind 2 \\g',
  'people.filter': "select id from people where ssn = '900-12-0001';\nselect 1 as alive;",
  'people.expression': 'select upper(ssn) from people;\nselect 1 as alive;',
  'people.copy': '\\copy people to stdout',
};

const scenes: readonly ToolScene[] = [
  ...Object.entries(inputs)
    // 15 knows no \bind; it says so in the same words at every door, and tells nothing.
    .filter(([name]) => !name.includes('bind') && !name.includes('bound'))
    .map(([scenario, input]) => ({
      scenario,
      command: 'psql',
      options: plain,
      input: `${input}\n`,
      ...(scenario === 'listen' ? { tell: withoutProcessId } : {}),
    })),
  { scenario: 'connect.plain', command: 'psql', options: [...plain, '-c', 'select 1'], env: { PGSSLMODE: 'disable' } },
  {
    scenario: 'connect.unverified',
    command: 'psql',
    options: [...plain, '-c', 'select 1'],
    env: { PGSSLMODE: 'require', PGSSLROOTCERT: '' },
  },
  {
    scenario: 'connect.single-transaction',
    command: 'psql',
    options: [...plain, '-1', '-c', 'select 1', '-c', 'select 2'],
  },
  {
    scenario: 'connect.options',
    command: 'psql',
    options: [...plain, '-c', 'show lock_timeout'],
    env: { PGOPTIONS: '-c lock_timeout=77' },
  },
];

function withoutProcessId({
  code,
  stdout,
  stderr,
}: {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}) {
  return { exit: code, said: stdout.replace(/PID \d+/g, 'PID'), text: stderr };
}
