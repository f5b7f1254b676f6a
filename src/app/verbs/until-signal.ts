import type { Gateway } from '../gateway.ts';

/** Runs until SIGINT or SIGTERM, which may arrive twice (from the terminal and from a parent); SIGHUP reloads. Faults of a reload are said and change nothing. */
export function untilSignal(gateway: Gateway, say: (line: string) => void): Promise<void> {
  const reload = () => {
    gateway.reload().then(
      (done) => {
        if (done.ok) say('sluice: reloaded');
        else for (const fault of done.error) say(`sluice: not reloaded: ${fault}`);
      },
      () => say('sluice: not reloaded: a fault of the gateway'),
    );
  };
  process.on('SIGHUP', reload);
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
