import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ed25519Signer, type Signer } from '../../src/ledger/signer.ts';
import { envelope } from '../ledger/sample-events.ts';

/** A process of its own that writes a ledger, and what it has said. */
export interface Child {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
  /** Resolves when a line says so; rejects when the child is gone without it. */
  until(said: (lines: readonly string[]) => boolean): Promise<void>;
  /** Kills it, and resolves when everything that it said was read. */
  kill(): Promise<void>;
}

export function startChild(
  root: string,
  durability: 'os' | 'fsync',
  width: number,
  file: 'appending-child.ts' | 'integrating-child.ts' = 'appending-child.ts',
): Child {
  const script = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [script, root, durability, String(width)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const closed = once(reader, 'close');
  reader.on('line', (line) => lines.push(line));
  return {
    process: child,
    lines,
    until: (said) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!said(lines)) return;
          reader.off('line', look);
          resolve();
        };
        reader.on('line', look);
        closed.then(() => reject(new Error('the child is gone')));
        look();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** A root for children, with a signing key that they share. */
export function prepareRoot(root: string): Signer {
  mkdirSync(root, { recursive: true });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  writeFileSync(`${root}/signing.pem`, pem);
  return ed25519Signer(envelope.instance, pem);
}
