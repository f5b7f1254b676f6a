import type { Command } from 'commander';
import { err, ok, type Result } from '../../base/result.ts';
import type { ConnectionView } from '../../engine/control.ts';
import { type Failure, fail } from '../failure.ts';
import { isLoopback } from '../gateway-client.ts';
import { printable } from '../printable.ts';
import { type Endpoint, type Notice, type ResultSet, runSql } from '../run-sql.ts';
import type { JsonOption, Surface } from '../surface.ts';
import { table } from '../table.ts';

/** `sluice sql`: a statement through the gateway, for machines without psql. */
export function addSqlVerb(program: Command, surface: Surface): void {
  const { io } = surface;
  program
    .command('sql')
    .description('run SQL through the gateway, as a client would')
    .argument('<connection>', 'as in clinic')
    .argument('<sql>', 'one or more statements')
    .option('--as <name>', 'a workload or person of the demo; else the token in SLUICE_TOKEN')
    .option('--json', 'one result a line, as JSON: {command, rowCount, columns, rows}')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx sluice sql clinic "select id, ssn from patients limit 3" --as nightly-etl',
    )
    .action(
      surface.action(async (connection: string, sql: string, options: { readonly as?: string } & JsonOption) => {
        const password = await passwordOf(surface, options.as);
        if (!password.ok) return fail(io, password.error);
        const endpoint = await endpointOf(surface, connection, password.value);
        if (!endpoint.ok) return fail(io, endpoint.error);
        const results = await runSql(endpoint.value, password.value, sql, (notice) => io.err(noticeLines(notice)));
        if (!results.ok) return fail(io, results.error);
        for (const result of results.value) {
          io.out(options.json === true ? `${JSON.stringify(result)}\n` : shown(result));
        }
        return 0;
      }),
    );
}

async function passwordOf({ verbs, io }: Surface, name: string | undefined): Promise<Result<string, Failure>> {
  if (name !== undefined) {
    const token = await verbs.token(name);
    return token.ok ? token : err({ ...token.error, exit: 1 });
  }
  const token = io.env.SLUICE_TOKEN ?? '';
  if (token !== '') return ok(token);
  return err({ message: 'nobody is named to run it as', hint: 'add --as nightly-etl, or set SLUICE_TOKEN', exit: 2 });
}

type LoginEndpoint = Pick<ConnectionView, 'protocol' | 'listeners' | 'authority'>;

/** Where clients of the connection log in, as the gateway says to whoever is going to: no role is needed to ask. */
async function endpointOf({ gateway }: Surface, name: string, token: string): Promise<Result<Endpoint, Failure>> {
  const url = gateway.url();
  if (!url.ok) return url;
  const found = await gateway.read<LoginEndpoint>(`connections/${encodeURIComponent(name)}/endpoint`, token);
  if (!found.ok) return found;
  const connection = found.value;
  const byToken = connection.listeners.filter(({ auth }) => auth === 'token');
  const listener = byToken.find(({ tls }) => tls) ?? byToken[0];
  const address = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(listener?.address ?? '');
  if (connection.protocol !== 'postgres' || listener === undefined || address === null) {
    return err({ message: `${name} has no PostgreSQL listener that takes a token`, hint: null, exit: 1 });
  }
  const bound = address[1] ?? address[2] ?? '';
  // Bound to every address, it is where the API is.
  const host = bound === '0.0.0.0' || bound === '::' ? url.value.hostname.replace(/^\[|\]$/g, '') : bound;
  if (!listener.tls && !isLoopback(host)) {
    return err({ message: 'the listener would take the token unencrypted', hint: 'set tls on it', exit: 1 });
  }
  const tls = listener.tls ? { authority: connection.authority } : null;
  return ok({ host, port: Number(address[3]), database: name, tls });
}

function noticeLines({ message, detail, hint }: Notice): string {
  const more = [detail === null ? [] : `DETAIL: ${detail}`, hint === null ? [] : `HINT: ${hint}`].flat();
  return [`NOTICE: ${message}`, ...more].map((line) => `${printable(line)}\n`).join('');
}

function shown({ command, columns, rows, rowCount }: ResultSet): string {
  if (columns.length === 0) return `${command}${rowCount === null ? '' : ` ${rowCount}`}\n`;
  return `${table(columns, rows)}(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`;
}
