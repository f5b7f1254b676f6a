import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from './driver.ts';
import { mustRun, playProgram } from './program.ts';

/** Builds the Go program of a folder aside, with the modules it names and nothing else. */
export async function goDriver(
  cache: string,
  name: string,
  source: string,
  module: string,
  version: string,
): Promise<Installed> {
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  for (const file of ['scenarios.go', '../stage.go.txt'])
    cpSync(join(source, file), join(folder, file.replace('../', '').replace('.txt', '')));
  writeFileSync(join(folder, 'go.mod'), `module conformance\n\ngo 1.23\n\nrequire ${module} ${version}\n`);
  const how = { cwd: folder, env: { GOFLAGS: '-mod=mod' }, seconds: 300 };
  await mustRun('go', ['mod', 'tidy'], how);
  await mustRun('go', ['build', '-o', 'scenarios', '.'], how);
  return { version: version.slice(1), play: playProgram(join(folder, 'scenarios'), []) };
}
