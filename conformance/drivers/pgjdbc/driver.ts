import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { mustRun, playProgram } from '../program.ts';

const version = '42.7.11';

export const pgjdbc: Driver = {
  name: 'pgjdbc',
  needs: ['java', 'javac', 'mvn'],
  standard: true,
  async install(cache) {
    const folder = join(cache, 'pgjdbc');
    const jar = join(folder, `postgresql-${version}.jar`);
    if (!existsSync(jar)) {
      const artifact = `-Dartifact=org.postgresql:postgresql:${version}`;
      await mustRun('mvn', ['-q', '-B', 'dependency:copy', artifact, `-DoutputDirectory=${folder}`]);
    }
    const sources = ['scenarios.java', 'metadata.java'].map((file) => join(import.meta.dirname, file));
    await mustRun('javac', ['-d', folder, '-cp', jar, ...sources]);
    return {
      version,
      play: playProgram('java', ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', `${folder}:${jar}`, 'Scenarios']),
    };
  },
};
