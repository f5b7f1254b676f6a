import type { ChildProcess } from 'node:child_process';

/** Asks politely, so that a profile can be written, and insists after a while. Resolves when the process is gone. */
export function endProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill('SIGTERM');
    return undefined;
  });
}
