import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A psql on its way. */
export interface Psql {
  readonly process: ChildProcess;
  /** The request that it was told of, once it was. Rejects where it ends before. */
  readonly approval: Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

/** libpq and psql as they come: one statement, and what they say. */
export function psql(connection: string, password: string, text: string): Psql {
  const child = spawn('psql', ['-X', '-A', '-t', '-c', text, `host=127.0.0.1 dbname=clinic ${connection}`], {
    env: { ...process.env, PGPASSWORD: password },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  const approval = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      const told = /^DETAIL: {2}request (apr_\S+)\n/m.exec(err)?.[1];
      if (told !== undefined) resolve(told);
    });
    ended.then(() => reject(new Error(`psql was told of no request: ${err}`)), reject);
  });
  approval.catch(() => undefined);
  return { process: child, approval, ended };
}
