import type { LedgerRecord } from '../engine/control.ts';

type Entry = LedgerRecord['entry'];
type Of<T extends Entry['type']> = Extract<Entry, { readonly type: T }>;

/** What an entry says, for people, in a line that a terminal has room for; `--json` has every field. */
export function entryLine(entry: Entry): string {
  const line = Array.from(told(entry).replace(/\s+/g, ' '));
  return line.length <= longest ? line.join('') : `${line.slice(0, longest - 1).join('')}…`;
}

const longest = 200;

/** An entry of a newer gateway is told as it is. */
function told(entry: Entry): string {
  switch (entry.type) {
    case 'gateway.started':
      return `version ${entry.version}, durability ${entry.durability}`;
    case 'gateway.stopped':
      return '';
    case 'journal.repaired':
      return `cut off ${entry.droppedBytes} bytes of an entry that was never acknowledged`;
    case 'journal.resumed':
      return `entries can be written again after ${entry.fault}; ${entry.refused} refused meanwhile`;
    case 'configuration.loaded':
      return `connections ${listed(entry.connections)}; issuers ${listed(entry.issuers)}; digest ${short(entry.digest)}`;
    case 'policy.loaded':
      return `policies ${listed(entry.policies)}; digest ${short(entry.digest)}`;
    case 'catalogue.loaded':
      return `${entry.connection}: ${entry.relations} relations, ${entry.protectedColumns} protected columns`;
    case 'catalogue.failed':
      return `${entry.connection}: ${entry.code}`;
    case 'session.opened':
      return `${entry.session} ${who(entry)} on ${entry.connection}, from ${source(entry)}`;
    case 'session.refused':
      return refused(entry);
    case 'session.closed':
      return `${entry.session} ${entry.code ?? entry.reason}: ${entry.statements} statements, ${entry.rows} rows`;
    case 'statement.decided':
      return decided(entry);
    case 'statement.completed':
      return completed(entry);
    case 'statement.own':
      return `${entry.purpose} of ${entry.connection}: ${entry.text}`;
    case 'principal.disabled':
      return `${entry.principal} by ${entry.by}; live sessions ended: ${entry.sessions}`;
    case 'principal.enabled':
      return `${entry.principal} by ${entry.by}`;
    case 'session.terminated':
      return `${entry.session} by ${entry.by}`;
    case 'ticket.issued':
      return `${entry.ticket} for ${who(entry)}, from ${source(entry)}, until ${entry.expiresAt}`;
    case 'ticket.refused':
      return `${entry.code}: ${entry.principal ?? 'nobody known'}, from ${source(entry)}`;
    case 'ticket.revoked':
      return `${entry.ticket} of ${entry.principal} by ${entry.by}; live sessions ended: ${entry.sessions}`;
    case 'token.denied':
      return `${entry.token} by ${entry.by} until ${entry.until}; live sessions ended: ${entry.sessions}`;
    case 'approval.requested':
      return requested(entry);
    case 'approval.decided':
      return `${entry.approval} ${entry.verdict} by ${entry.by}`;
    case 'approval.refused':
      return `${entry.code}: ${entry.act}${entry.approval === null ? '' : ` of ${entry.approval}`} by ${entry.by}`;
    case 'approval.ended':
      return `${entry.approval} ${entry.state}${entry.why === null ? '' : ` (${entry.why})`}`;
    case 'approval.revealed':
      return `${entry.approval} to ${entry.by}`;
    case 'grant.issued':
      return issued(entry);
    case 'grant.ended':
      return `${entry.grant} ${entry.state}${entry.by === null ? '' : ` by ${entry.by}`}; uses: ${entry.uses}`;
    case 'grant.reviewed':
      return `${entry.grant} by ${entry.by}`;
    default:
      return JSON.stringify(entry);
  }
}

/** The connection is not looked at before the principal is known. */
function refused(entry: Of<'session.refused'>): string {
  const { code, principal, connection } = entry;
  return `${code}: ${principal ?? 'nobody known'}${connection === null ? '' : ` on ${connection}`}, from ${source(entry)}`;
}

function decided({ statement, decision, code, policies, text, verb }: Of<'statement.decided'>): string {
  const why = [...(code === null ? [] : [code]), ...policies].join(', ');
  return `${statement} ${decision}${why === '' ? '' : ` (${why})`}: ${text ?? verb}`;
}

function completed({ statement, result, sqlstate, rows, masks }: Of<'statement.completed'>): string {
  const masked = masks.map(({ column, transform, cells }) => `${column} ${transform} ${cells}`).join(', ');
  return `${statement} ${result}${sqlstate === null ? '' : ` ${sqlstate}`}, ${rows} rows${masked === '' ? '' : `; masked cells: ${masked}`}`;
}

function requested({ approval, subject, text, verb, connection, needs, ...entry }: Of<'approval.requested'>): string {
  const groups = [...new Set(needs.flatMap((need) => need.groups))];
  const what = subject === 'connect' ? `to open a session on ${connection}` : (text ?? verb);
  return `${approval} of ${listed(groups)} for ${who(entry)}: ${what}`;
}

function issued({ grant, kind, scope, principal, connection, by, expiresAt }: Of<'grant.issued'>): string {
  const what = kind === 'break-glass' ? 'BREAK-GLASS' : scope;
  return `${grant} ${what} for ${principal} on ${connection} by ${listed(by)}, until ${expiresAt}`;
}

function who({ principal, onBehalfOf }: Pick<Of<'session.opened'>, 'principal' | 'onBehalfOf'>): string {
  return onBehalfOf === null ? principal : `${principal} for ${onBehalfOf}`;
}

function source({ source: { address, port } }: Extract<Entry, { readonly source: object }>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function listed(names: readonly string[]): string {
  return names.join(', ') || 'none';
}

/** Enough of a digest to compare by eye. */
function short(digest: string): string {
  return digest.slice(0, 12);
}
