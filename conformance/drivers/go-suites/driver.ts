import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../doors.ts';
import type { Driver, Played } from '../driver.ts';
import { libpqVariables, mustRun, run } from '../program.ts';
import { outcomesOf } from './outcomes.ts';

/** The tests that pgx brings along in its module: of the driver and of the connection below it. */
export const pgxSuite: Driver = goSuite(
  'pgx-suite',
  'github.com/jackc/pgx/v5',
  'v5.12.0',
  ['.', './pgconn'],
  (door) => ({
    PGX_TEST_DATABASE: `host=127.0.0.1 port=${door.port} dbname=${door.database} user=${door.user} password=${door.password} sslmode=verify-full sslrootcert=${door.authority}`,
  }),
);

/** The tests of lib/pq. */
export const libPqSuite: Driver = goSuite('lib-pq-suite', 'github.com/lib/pq', 'v1.12.3', ['.'], () => ({
  PGAPPNAME: '',
}));

function goSuite(
  name: string,
  module: string,
  version: string,
  packages: readonly string[],
  variables: (door: Door) => Record<string, string>,
): Driver {
  return {
    name,
    needs: ['go'],
    standard: false,
    // A suite makes and drops tables at will, which a connection that protects something refuses by design.
    doors: ['open'],
    async install(cache) {
      const folder = join(cache, name);
      mkdirSync(folder, { recursive: true });
      const binaries: string[] = [];
      for (const [at, path] of packages.entries()) {
        const binary = join(folder, `${version}-${at}.test`);
        if (!existsSync(binary)) await build(module, version, folder, path, binary);
        binaries.push(binary);
      }
      return {
        version: version.slice(1),
        play: (door) => playSuite(folder, packages, binaries, door, variables(door)),
      };
    },
  };
}

async function build(module: string, version: string, folder: string, path: string, binary: string): Promise<void> {
  const source = join(folder, 'source');
  if (!existsSync(source)) {
    const said = await mustRun('go', ['mod', 'download', '-json', `${module}@${version}`]);
    cpSync((JSON.parse(said) as { readonly Dir: string }).Dir, source, { recursive: true });
    await mustRun('chmod', ['-R', 'u+w', source]);
  }
  await mustRun('go', ['test', '-c', '-o', binary, path], { cwd: source, env: { GOFLAGS: '-mod=mod' }, seconds: 400 });
}

/** Each test in a process of its own, so that none that ends its process takes another along. */
async function playSuite(
  folder: string,
  packages: readonly string[],
  binaries: readonly string[],
  door: Door,
  variables: Record<string, string>,
) {
  const played: Played[] = [];
  for (const [at, binary] of binaries.entries()) {
    const path = packages[at] ?? '.';
    const how = { cwd: join(folder, 'source', path), env: { ...libpqVariables(door), ...variables }, seconds: 40 };
    const listed = await mustRun(binary, ['-test.list', '^(Test|Example)'], how);
    for (const test of listed.split('\n').filter((line) => /^[A-Z]\w*$/.test(line))) {
      const ran = await run(binary, ['-test.v', '-test.timeout=30s', `-test.run=^${test}$`], how);
      played.push(...outcomesOf(path, test, ran.stdout));
    }
  }
  return played;
}
