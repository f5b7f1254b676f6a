import { type Logger, pino } from 'pino';

/** The log for operators: ids and codes, never statements, tokens or values. JSON lines on standard error. */
export function gatewayLog(instance: string): Logger {
  return pino(
    { base: { instance }, level: process.env['SLUICE_LOG'] ?? 'info' },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** An error as the log may have it: its class and where it was thrown, not its message, which may quote what it choked on. */
export function describeBug(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: at.slice(0, 8).map((line) => line.trim()) };
}
