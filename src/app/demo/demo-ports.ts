import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of the demo, all on 127.0.0.1. */
export interface DemoPorts {
  /** Of the gateway, where clients connect. */
  readonly pg: number;
  /** The same for clients that speak SCRAM only, with tickets. */
  readonly pgScram: number;
  /** Of the gateway, for clients of the records service. */
  readonly records: number;
  /** REST and console. */
  readonly api: number;
  readonly issuer: number;
  /** Of the clinic's own server, behind the gateway; 0: a free one. */
  readonly target: number;
}

export const demoPorts: DemoPorts = { pg: 15432, pgScram: 15433, records: 8402, api: 8400, issuer: 8401, target: 0 };

/** Throws a sentence that names the first port which somebody else has. */
export async function ensureFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (port !== 0 && !(await isFree(port))) {
      throw new Error(
        `port ${port} of 127.0.0.1 is in use; stop the program that listens there (another demo?) and start again`,
      );
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
