import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../doors.ts';
import type { Driver, Played } from '../driver.ts';
import { libpqVariables, mustRun, run } from '../program.ts';

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

/** They wait for a backend that they end by the process id they were told, and for hosts that are not there. */
const leftOut = 'TestFatalRxError|TestFatalTxError|TestConnectionTargetSessionAttrs';

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
    const ran = await run(binary, ['-test.v', '-test.parallel=4', '-test.timeout=80s', `-test.skip=${leftOut}`], {
      cwd: join(folder, 'source', path),
      env: { ...libpqVariables(door), ...variables },
      seconds: 90,
    });
    played.push(...outcomesOf(path, ran.stdout));
  }
  return played;
}

/** A test that failed takes along what Sluice said while it, or a test within it, ran. */
function outcomesOf(path: string, stdout: string): readonly Played[] {
  const said = new Map<string, Set<string>>();
  const played: Played[] = [];
  let running = '';
  for (const line of stdout.split('\n')) {
    running = /^=== (?:RUN|CONT|NAME) +(\S+)/.exec(line)?.[1] ?? running;
    for (const [sentence] of line.matchAll(/sluice: [^"(\\]*/g)) {
      const parts = running.split('/');
      for (let depth = 1; depth <= parts.length; depth += 1) {
        const test = parts.slice(0, depth).join('/');
        said.set(test, (said.get(test) ?? new Set()).add(sentence.trim()));
      }
    }
    const [, outcome, test] = /^\s*--- (PASS|FAIL|SKIP): (\S+)/.exec(line) ?? [];
    if (outcome === undefined || test === undefined) continue;
    const text = outcome === 'FAIL' ? [...(said.get(test) ?? [])] : [];
    played.push({ scenario: `suite ${path}:${test}`, outcome: { outcome, ...(text.length > 0 ? { text } : {}) } });
  }
  return played;
}
