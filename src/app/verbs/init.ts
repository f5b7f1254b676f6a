import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Refused } from '../../cli/app-verbs.ts';
import { checkout } from '../checkout.ts';
import { configurationTemplate } from '../config/template.ts';

/** Writes a configuration and a policy to start from. Never over what is there. */
export async function init(directory: string): Promise<Result<readonly string[], Refused>> {
  const configuration = join(directory, 'sluice.yaml');
  const policies = join(directory, 'policies');
  const baseline = join(policies, 'baseline.cedar');
  for (const path of [configuration, baseline]) {
    if (existsSync(path))
      return err({ message: `${path} is there already`, hint: 'name another folder with --directory' });
  }
  try {
    await mkdir(policies, { recursive: true });
    await writeFile(configuration, configurationTemplate, { flag: 'wx', mode: 0o640 });
    await cp(join(checkout, 'policies', 'baseline.cedar'), baseline, { errorOnExist: true, force: false });
    return ok([configuration, baseline]);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown fault';
    return err({ message: `${directory} cannot be written (${code})`, hint: null });
  }
}
