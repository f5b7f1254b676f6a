import { StateFault } from '../core/state-fault.ts';

/** Whatever a driver threw, as a {@link StateFault}. Its own message may quote a row, and is dropped. */
export function driverFault(error: unknown): StateFault {
  if (error instanceof StateFault) return error;
  return new StateFault(`the state cannot be used (${codeOf(error)})`);
}

/** `57P01` of PostgreSQL, `ECONNREFUSED` of the system, `SQLite 13`. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault';
  if ('errcode' in error && typeof error.errcode === 'number') return `SQLite ${error.errcode}`;
  if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_]{1,64}$/.test(error.code)) return error.code;
  return drivers.find((sentence) => error.message.startsWith(sentence)) ?? 'fault of the driver';
}

const lostSentences: readonly string[] = ['Connection terminated', 'Client has encountered a connection error'];

/** What the driver says itself, without a code; the first that fits. A server that does not answer is not asked again. */
const drivers: readonly string[] = [
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  ...lostSentences,
  'Query read timeout',
  'The server does not support SSL connections',
];

/** The connection went away under it, and another one may do: the server is restarting, or somebody cut it. */
export function isLost(error: unknown): boolean {
  return !(error instanceof StateFault) && lost.includes(codeOf(error));
}

const lost: readonly string[] = ['57P01', '57P02', 'ECONNRESET', 'EPIPE', ...lostSentences];
