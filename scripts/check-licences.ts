import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowsLicence } from './licence-expression.ts';
import type { CheckReport } from './step.ts';

/** Checks everything that is installed to run Sluice; what only developers install is listed where it is copyleft. */
export function licenceReport(root: string): CheckReport {
  const lock: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  const faults: string[] = [];
  const notes: string[] = [];
  let runTime = 0;
  for (const [path, entry] of entries) {
    const name = `${path.replace(/^.*node_modules\//, '')} ${entry.version ?? ''}`.trim();
    const licence = entry.license ?? installedLicence(join(root, path));
    if (entry.dev === true) {
      if (licence === null || /GPL|SSPL|BUSL/i.test(licence))
        notes.push(`development only: ${name}: ${licence ?? 'none stated'}`);
      continue;
    }
    runTime += 1;
    if (licence === null) faults.push(`${name}: states no licence`);
    else if (!allowsLicence(licence)) faults.push(`${name}: ${licence} is not allowed at run time`);
  }
  notes.push(`${runTime} packages at run time`);
  return { faults, notes };
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  /** npm sets it where nothing but a development dependency asks for the package. */
  readonly dev?: boolean;
}

/** The lock file leaves the licence out for some packages; their own manifest then says it, if they are installed. */
function installedLicence(folder: string): string | null {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return null;
  const { license }: { readonly license?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof license === 'string' ? license : null;
}
