import { type Logger, pino } from 'pino';

/** The log for operators: ids and codes, never statements, tokens or values. JSON lines on standard error. */
export function gatewayLog(instance: string): Logger {
  const destination = pino.destination({ fd: 2, sync: false, maxLength: keptBytes });
  // Without a listener a full disk under the log would take the gateway down. Its own ledger says what matters. What could
  // not be written is not waited for at the end either: the destination would try for ever, and the process never be gone.
  destination.on('error', () => {
    destination.flushSync = nothing;
  });
  return pino({ base: { instance }, level: process.env['SLUICE_LOG'] ?? 'info' }, destination);
}

/** Lines that cannot be written wait for room up to this size; what comes then is dropped. */
const keptBytes = 1024 * 1024;

function nothing(): void {
  return;
}

/** An error as the log may have it: its class and where it was thrown, not its message, which may quote what it choked on. */
export function describeBug(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: at.slice(0, 8).map((line) => line.trim()) };
}
