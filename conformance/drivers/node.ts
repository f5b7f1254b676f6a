import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from './driver.ts';
import { playProgram } from './program.ts';

/** A driver that is among our own dependencies: its version, and its program run by this Node. */
export async function nodeDriver(name: string, folder: string): Promise<Installed> {
  const manifest = join(import.meta.dirname, '..', '..', 'node_modules', name, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const play = playProgram(process.execPath, ['--disable-warning=ExperimentalWarning', join(folder, 'scenarios.ts')]);
  return { version, play };
}
