// `npm run fix`: formats, applies the safe lint fixes, and writes the generated pages again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage } from './errors-page.ts';
import { root, runProgram } from './step.ts';

writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
const { code, output } = await runProgram('@biomejs/biome/bin/biome', ['check', '--write'], root);
process.stdout.write(output);
process.exitCode = code;
