import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedStatement } from '../../conformance/kill-nine/match-log.ts';

/** What a PostgreSQL must be told, so that every statement it runs is in its `jsonlog`. */
export const statementLog = {
  log_statement: 'all',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_file_mode: '0644',
  log_rotation_size: '0',
} as const;

/** What sessions through Sluice ran, in the order of the log. A portal that goes on is the same statement still. */
export function loggedStatements(dataDir: string): readonly LoggedStatement[] {
  const folder = join(dataDir, statementLog.log_directory);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.includes('"sluice/ses_'))
    .map((line) => JSON.parse(line) as Record<string, string>)
    .flatMap(({ application_name = '', message = '', pid, timestamp = '' }) => {
      const text = /^(?:statement|execute (?!fetch from)[^:]*): ([\s\S]*)$/.exec(message)?.[1];
      const at = Date.parse(timestamp.replace(' ', 'T').replace(/ (UTC|GMT)$/, 'Z'));
      return text === undefined ? [] : [{ pid: Number(pid), application: application_name, text, at }];
    });
}
