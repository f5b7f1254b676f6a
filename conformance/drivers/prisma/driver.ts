import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { mustRun, playProgram } from '../program.ts';

const version = '7.10.0';

/** Its client with the adapter for node-postgres: there is no engine of its own between them. */
export const prisma: Driver = {
  name: 'prisma',
  needs: ['npm'],
  standard: true,
  async install(cache) {
    const folder = join(cache, 'prisma');
    mkdirSync(folder, { recursive: true });
    const here = import.meta.dirname;
    for (const file of ['schema.prisma', 'scenarios.mjs', '../node-stage.ts'])
      cpSync(join(here, file), join(folder, file.replace('../', '')));
    if (!existsSync(join(folder, 'generated'))) {
      const dependencies = { prisma: version, '@prisma/client': version, '@prisma/adapter-pg': version };
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
      await mustRun('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });
      const prisma = join(folder, 'node_modules', 'prisma', 'build', 'index.js');
      await mustRun(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
        cwd: folder,
        // Migrations have an engine of their own, which is not in the package; making a client does not need it.
        env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' },
      });
    }
    const program = join(folder, 'scenarios.mjs');
    return { version, play: playProgram(process.execPath, ['--disable-warning=ExperimentalWarning', program]) };
  },
};
