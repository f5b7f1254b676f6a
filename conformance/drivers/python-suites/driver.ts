import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../doors.ts';
import type { Driver, Played } from '../driver.ts';
import { libpqVariables, mustRun, readLine, run } from '../program.ts';
import { pythonWith } from '../python.ts';

/** The tests that asyncpg's source package holds, with the driver as it is installed. */
export const asyncpgSuite: Driver = pythonSuite({
  name: 'asyncpg-suite',
  source: 'asyncpg==0.32.0',
  packages: ['asyncpg==0.32.0', 'pytest==8.4.2'],
  files: [
    'tests/test_cache_invalidation.py',
    'tests/test_cancellation.py',
    'tests/test_codecs.py',
    'tests/test_copy.py',
    'tests/test_cursor.py',
    'tests/test_exceptions.py',
    'tests/test_execute.py',
    'tests/test_introspection.py',
    'tests/test_listeners.py',
    'tests/test_logging.py',
    'tests/test_pool.py',
    'tests/test_prepare.py',
    'tests/test_record.py',
    'tests/test_timeout.py',
    'tests/test_transaction.py',
    'tests/test_types.py',
    'tests/test_utils.py',
  ],
  // The driver that is tried is the installed one, not the sources beside the tests.
  remove: 'asyncpg',
  options: () => [],
});

/** SQLAlchemy's tests of queries at PostgreSQL. Its other files take long where every test waits for what is refused. */
export const sqlalchemySuite: Driver = pythonSuite({
  name: 'sqlalchemy-suite',
  source: 'sqlalchemy==2.1.9',
  packages: ['sqlalchemy==2.1.9', 'psycopg[binary]==3.3.9', 'greenlet', 'pytest==8.4.2'],
  files: ['test/dialect/postgresql/test_query.py'],
  fixture: 'create schema test_schema; create schema test_schema_2;',
  options: (door) => [
    '--dburi',
    `postgresql+psycopg://${door.user}:${door.password}@127.0.0.1:${door.port}/${door.database}`,
  ],
});

interface PythonSuite {
  readonly name: string;
  readonly source: string;
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly fixture?: string;
  readonly remove?: string;
  readonly options: (door: Door) => readonly string[];
}

function pythonSuite(suite: PythonSuite): Driver {
  return {
    name: suite.name,
    needs: ['python3'],
    standard: false,
    // A suite makes and drops tables at will, which a connection that protects something refuses by design.
    doors: ['open'],
    scratch: true,
    ...(suite.fixture === undefined ? {} : { fixture: suite.fixture }),
    async install(cache) {
      const folder = join(cache, suite.name);
      const python = await pythonWith(folder, suite.packages);
      const source = await unpacked(folder, python, suite);
      return { version: suite.source.split('==')[1] ?? '', play: (door) => playFiles(suite, python, source, door) };
    },
  };
}

async function unpacked(folder: string, python: string, { source, remove }: PythonSuite): Promise<string> {
  const into = join(folder, 'source');
  if (existsSync(into)) return into;
  const fetched = join(folder, 'fetched');
  mkdirSync(fetched, { recursive: true });
  const options = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', '-d', fetched, source];
  await mustRun(python, options);
  const [archive = ''] = readdirSync(fetched);
  mkdirSync(into);
  await mustRun('tar', ['xzf', join(fetched, archive), '-C', into, '--strip-components=1']);
  if (remove !== undefined) rmSync(join(into, remove), { recursive: true });
  return into;
}

/** Each file in a process of its own, so that none that ends its process takes another along. */
async function playFiles({ files, options }: PythonSuite, python: string, source: string, door: Door) {
  const played: Played[] = [];
  const outcomes = join(source, 'outcomes.jsonl');
  for (const file of files) {
    rmSync(outcomes, { force: true });
    await run(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'outcomes', file, ...options(door)], {
      cwd: source,
      env: {
        ...libpqVariables(door),
        PYTHONPATH: import.meta.dirname,
        OUTCOMES: outcomes,
        PYTHONDONTWRITEBYTECODE: '1',
      },
      seconds: 240,
    });
    played.push(...(existsSync(outcomes) ? readFileSync(outcomes, 'utf8').split('\n').flatMap(readLine) : []));
  }
  return played;
}
