import { createHash } from 'node:crypto';

/** A line of PostgreSQL's `jsonlog` that names a statement it ran. */
export interface LoggedStatement {
  readonly pid: number;
  /** The application name that Sluice set: `sluice/ses_...`. */
  readonly application: string;
  readonly text: string;
  /** Milliseconds since 1970, as the server saw it. */
  readonly at: number;
}

/** The parts of a ledger entry that matter here. */
export interface DecidedEntry {
  readonly session: string;
  readonly digest: string | null;
  readonly step: string;
  readonly decision: string;
  readonly at: number;
}

export interface OpenedEntry {
  readonly session: string;
  readonly pid: number;
}

/** Statements that the log has and the ledger does not have before them. */
export function unaccounted(
  logged: readonly LoggedStatement[],
  opened: readonly OpenedEntry[],
  decided: readonly DecidedEntry[],
  normalise: (text: string) => readonly string[],
): readonly string[] {
  const sessions = new Map(opened.map((entry) => [entry.session, entry.pid]));
  const left = new Map<string, DecidedEntry[]>();
  for (const entry of decided) {
    if (entry.decision !== 'allow' || entry.step === 'parse' || entry.digest === null) continue;
    const key = `${entry.session} ${entry.digest}`;
    const queue = left.get(key) ?? [];
    queue.push(entry);
    left.set(key, queue);
  }
  const missing: string[] = [];
  for (const statement of logged) {
    const session = statement.application.replace(/^sluice\//, '');
    if (sessions.get(session) !== statement.pid) {
      missing.push(`no session.opened for ${session} with backend ${statement.pid}`);
      continue;
    }
    for (const normalised of normalise(statement.text)) {
      const digest = createHash('sha256').update(normalised).digest('hex');
      const entry = left.get(`${session} ${digest}`)?.shift();
      // The server logs when it starts; both clocks are this machine's, the log has milliseconds.
      if (entry === undefined || entry.at > statement.at + 1)
        missing.push(`${session}: no earlier entry for ${normalised}`);
    }
  }
  return missing;
}
