import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoPorts } from './demo-ports.ts';
import type { TokenSource } from './request-token.ts';

/** Where the parts of a demo are, for those who come to it from outside. */
export interface DemoPlaces extends TokenSource {
  readonly configFile: string;
  /** Of the gateway. */
  readonly dataDir: string;
  readonly apiUrl: string;
}

/** The places of the demo in `folder`, whether it runs or not. */
export function demoPlaces(folder: string): DemoPlaces {
  return {
    configFile: join(folder, 'sluice.yaml'),
    dataDir: join(folder, 'data'),
    secretFile: join(folder, 'issuer-secret'),
    ...readUrls(folder),
  };
}

type Urls = Pick<DemoPlaces, 'issuerUrl' | 'apiUrl'>;

/** Leaves the addresses of this start for {@link demoPlaces}. */
export function noteUrls(folder: string, urls: Urls): void {
  writeFileSync(join(folder, note), JSON.stringify(urls));
}

function readUrls(folder: string): Urls {
  const file = join(folder, note);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Urls;
  return { issuerUrl: `http://127.0.0.1:${demoPorts.issuer}`, apiUrl: `http://127.0.0.1:${demoPorts.api}` };
}

const note = 'urls.json';
