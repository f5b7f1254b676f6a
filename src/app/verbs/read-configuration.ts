import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Configuration } from '../config/configuration.ts';
import { printFault } from '../config/configuration-fault.ts';
import { loadConfiguration } from '../config/load-configuration.ts';

/** The configuration in a file, or every fault of it as `file:line:column: sentence`. */
export async function readConfiguration(path: string): Promise<Result<Configuration, readonly string[]>> {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return err([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown fault'})`]);
  }
  const loaded = loadConfiguration(text, file);
  return loaded.ok ? ok(loaded.value) : err(loaded.error.map((fault) => printFault(path, fault)));
}
