import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of a PostgreSQL that can be run: `bin/`, `lib/`, `share/`. The npm package is copied once per version and user,
 * because its install script, which links the libraries, is never run, and because the server runs as another user when
 * Sluice runs as root and must be able to read it.
 */
export function postgresBinaries(major: PostgresMajor = newestPostgres): string {
  const source = packageFolder(major);
  const target = join(tmpdir(), `sluice-pg-${packageVersion(source)}-${process.getuid?.() ?? 0}`);
  if (isComplete(source, target)) return target;
  const fresh = mkdtempSync(`${target}-`);
  // Moved and then removed, and only if it is there: another process may put a whole one in its place at this moment.
  if (existsSync(target)) renameSync(target, join(fresh, 'swept'));
  rmSync(join(fresh, 'swept'), { recursive: true, force: true });
  copyTree(join(source, 'native'), fresh);
  linkLibraries(fresh);
  chmodSync(fresh, 0o755);
  try {
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process was faster: its copy is as good as ours.
    if (!isComplete(source, target)) throw error;
  }
  return target;
}

/** The versions that Sluice is tried with. Linux has all of them, other systems the newest alone. */
export const postgresMajors = [15, 16, 17, 18] as const;
export type PostgresMajor = (typeof postgresMajors)[number];
const newestPostgres: PostgresMajor = 18;

/** Those that can be run on this machine. */
export function availablePostgres(): readonly PostgresMajor[] {
  return postgresMajors.filter((major) => installedFolder(major) !== null);
}

function packageFolder(major: PostgresMajor): string {
  const folder = installedFolder(major);
  if (folder !== null) return folder;
  throw new Error(
    `no PostgreSQL ${major} is packaged for ${process.platform}-${process.arch}: the optional dependency ${packageName(major)} is not installed`,
  );
}

function installedFolder(major: PostgresMajor): string | null {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(packageName(major)))));
  } catch {
    return null;
  }
}

/** The optional dependency that carries the server for this machine. */
function packageName(major: PostgresMajor): string {
  return `pg${major}-${process.platform}-${process.arch}`;
}

function packageVersion(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new Error(`${folder} has no version`);
}

/**
 * A copy counts only if it is ours, nobody else can write to it, and nothing is missing: temporary folders are shared, and
 * are swept file by file.
 */
function isComplete(source: string, target: string): boolean {
  if (!existsSync(target)) return false;
  const state = lstatSync(target);
  if (!state.isDirectory() || state.uid !== (process.getuid?.() ?? state.uid) || (state.mode & 0o022) !== 0) {
    throw new Error(`${target} was made by somebody else; remove it, or set TMPDIR to a folder of your own`);
  }
  const present = new Set(entries(target));
  return (
    entries(join(source, 'native')).every((entry) => present.has(entry)) &&
    libraryLinks(target).every(({ link }) => present.has(relative(target, link)))
  );
}

function entries(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

function copyTree(source: string, target: string): void {
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) {
      mkdirSync(to);
      copyTree(from, to);
      chmodSync(to, 0o755);
    } else {
      copyFileSync(from, to);
      chmodSync(to, basename(source) === 'bin' ? 0o755 : 0o644);
    }
  }
}

function linkLibraries(folder: string): void {
  for (const { link, library } of libraryLinks(folder)) {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), library), link);
  }
}

/** What the package's install script would link: `[{source: "native/lib/x.so.1", target: "native/lib/x.so"}]`. */
function libraryLinks(folder: string): readonly { readonly link: string; readonly library: string }[] {
  const file = join(folder, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list = JSON.parse(readFileSync(file, 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  const inside = (path: string) => join(folder, relative('native', path));
  return list.map(({ source, target }) => ({ link: inside(target), library: inside(source) }));
}
