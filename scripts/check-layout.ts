import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckReport } from './step.ts';

/** Checks names and sizes of the files in the source folders, and says how long they are. */
export function layoutReport(root: string): CheckReport {
  const faults: string[] = [];
  const notes: string[] = [];
  for (const folder of folders) {
    if (!existsSync(join(root, folder))) continue;
    const lengths: number[] = [];
    for (const path of filesBelow(root, folder)) {
      faults.push(...nameFaults(path));
      if (!isCode(path)) continue;
      const text = readFileSync(join(root, path), 'utf8');
      const length = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
      lengths.push(length);
      if (length > longest) faults.push(`${path}: ${length} lines; a file has one idea and at most ${longest} lines`);
      faults.push(...contentFaults(path, text));
    }
    notes.push(
      `${folder}: ${lengths.length} files, median ${quantile(lengths, 0.5)} lines, p90 ${quantile(lengths, 0.9)}`,
    );
  }
  return { faults, notes };
}

const folders = ['src', 'test', 'scripts', 'bench', 'conformance'];
const longest = 500;
const catchAll = /(^|-)(utils?|helpers?|common|types|managers?)$/;

/** Paths from the root, sorted. What is captured and never written by hand (`fixtures/`) is not ours to name. */
function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : filesBelow(root, path);
      return [path];
    });
}

function nameFaults(path: string): readonly string[] {
  const parts = path.split('/');
  const file = parts.pop() ?? '';
  const stem = file.replace(/\..*$/, '');
  const faults: string[] = [];
  if (file !== 'README.md' && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(file))
    faults.push(`${path}: not in kebab-case`);
  for (const part of parts) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part)) faults.push(`${path}: folder ${part} is not in kebab-case`);
  }
  for (const part of [...parts, stem]) {
    if (catchAll.test(part)) faults.push(`${path}: "${part}" says nothing; name it for what it exports`);
  }
  return faults;
}

function contentFaults(path: string, text: string): readonly string[] {
  const faults: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${path}:${index + 1}`;
    if (/^export default\b/.test(line)) faults.push(`${at}: default export; exports have names`);
    if (/^(export )?(declare )?(const )?enum\b/.test(line)) faults.push(`${at}: enum; use a union of literals`);
    if (/(^|\s)(\/\/|\/?\*+) .*\b(TODO|FIXME|XXX)\b(?!-)/.test(line))
      faults.push(`${at}: unfinished work is an issue, not a comment`);
  }
  return faults;
}

function isCode(path: string): boolean {
  return /\.(ts|mts|cts|js|mjs|cjs)$/.test(path);
}

function quantile(lengths: readonly number[], share: number): number {
  const sorted = lengths.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
