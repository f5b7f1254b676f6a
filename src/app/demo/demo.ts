import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { demoConfiguration } from './demo-configuration.ts';
import { makeDemoFolder, targetDataDir, wipeDemoFolder } from './demo-folder.ts';
import { type DemoPlaces, demoPlaces, noteUrls } from './demo-places.ts';
import { type DemoPorts, demoPorts, ensureFree } from './demo-ports.ts';
import { demoSecret } from './demo-secret.ts';
import { startPostgres } from './embedded-postgres.ts';
import { startIssuer } from './issuer.ts';
import { loadClinic } from './load-clinic.ts';
import { startRecords } from './records-service.ts';

export interface DemoOptions {
  /** `.sluice/demo` of the checkout. */
  readonly folder: string;
  /** Forget what an earlier demo left. */
  readonly fresh: boolean;
  readonly ports?: DemoPorts;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
}

/** Everything around the gateway: it serves `configFile`. */
export interface PreparedDemo {
  readonly configFile: string;
  readonly places: DemoPlaces;
  /** The clinic's own server, past the gateway: for tests that compare. */
  readonly target: { readonly host: '127.0.0.1'; readonly port: number; readonly logFile: string };
  /** Ends the issuer and the server; leaves nothing running. Idempotent. */
  stop(): Promise<void>;
}

/** Starts the clinic's server and the development issuer and writes the configuration. Throws an Error with a sentence when it cannot. */
export async function prepareDemo({ folder, fresh, ports = demoPorts, say }: DemoOptions): Promise<PreparedDemo> {
  const home = resolve(folder);
  await ensureFree([ports.pg, ports.pgScram, ports.records, ports.api, ports.issuer]);
  if (fresh) wipeDemoFolder(home);
  makeDemoFolder(home);
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const issuer = await startIssuer({ folder: home, port: ports.issuer, apiUrl });
  const records = await startRecords(demoSecret(join(home, recordsKey)));
  try {
    const target = await startTarget(home, ports.target, say);
    const text = demoConfiguration(ports, issuer.url, {
      port: target.port,
      etlPasswordFile: join(home, etlPassword),
      agentPasswordFile: join(home, agentPassword),
      records: { port: records.port, keyFile: join(home, recordsKey) },
    });
    noteUrls(home, { issuerUrl: issuer.url, apiUrl });
    const places = demoPlaces(home);
    writeFileSync(places.configFile, text, { mode: 0o600 });
    return {
      configFile: places.configFile,
      places,
      target: { host: '127.0.0.1', port: target.port, logFile: target.logFile },
      stop: async () => {
        await issuer.stop();
        await records.stop();
        await target.stop();
      },
    };
  } catch (error) {
    await issuer.stop();
    await records.stop();
    throw error;
  }
}

async function startTarget(home: string, port: number, say: (line: string) => void) {
  const dataDir = targetDataDir(home);
  const isNew = !existsSync(dataDir);
  if (isNew) say('making a PostgreSQL with a synthetic clinic (once)');
  const server = await startPostgres({ dataDir, port, database: 'clinic' });
  try {
    const passwords = {
      sluice_etl: demoSecret(join(home, etlPassword)),
      sluice_agent: demoSecret(join(home, agentPassword)),
    };
    const made = await loadClinic(server, passwords);
    if (made && !isNew) say('the clinic was of an older version and was made anew');
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const etlPassword = 'sluice-etl.password';
const agentPassword = 'sluice-agent.password';
const recordsKey = 'records.key';
