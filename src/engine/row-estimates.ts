import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Credential, TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { Journal } from '../ledger/journal.ts';
import type { OwnStatementText } from './catalogue-keeper.ts';
import { isPlanned } from './planned.ts';
import type { Estimated, Estimates } from './ports.ts';
import { ledgerDenial } from './session-account.ts';

/** What a target is asked. `before` is awaited before each statement is sent. */
export interface EstimateOptions {
  readonly connection: ConnectionName;
  readonly target: TargetAddress;
  readonly credential: Credential;
  /** The search path of the client's session. */
  readonly path: readonly string[];
  /** One statement, as the client sent it. */
  readonly text: string;
  /** The same without its literals: what the ledger holds. */
  readonly normalised: string;
  /** The values of its parameters are not known. */
  readonly parameters: boolean;
  readonly timeoutMs: number;
  readonly before: (statement: OwnStatementText) => Promise<Result<null, Denial>>;
}

export interface EstimateParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly estimate: (options: EstimateOptions) => Promise<Result<number, Denial>>;
}

/**
 * How many rows targets expect statements to have, for policies that ask. An answer stands for a minute, so that what is
 * repeated is planned once; the texts themselves are not kept.
 */
export class RowEstimates implements Estimates {
  readonly #parts: EstimateParts;
  readonly #known = new Lru<string, { readonly at: number; readonly rows: Promise<Result<number, Denial>> }>(KEPT);

  constructor(parts: EstimateParts) {
    this.#parts = parts;
  }

  async of(asked: Estimated, timeoutMs: number): Promise<Result<number | null, Denial>> {
    const { connection, credential, path } = asked;
    const [facts] = asked.statements.filter(isPlanned);
    if (facts === undefined) return ok(null);
    if (asked.statements.length > 1) return err(notAlone);
    if (path === 'unknown') return err(pathUnknown);
    const text = asked.text.toString('utf8');
    const key = keyOf([connection.name, credential.user, String(asked.parameters), ...path, text]);
    const now = this.#parts.clock.monotonic();
    const known = this.#known.get(key);
    if (known !== undefined && now - known.at < STANDS_MS) return known.rows;
    const rows = this.#parts.estimate({
      connection: connection.name,
      target: connection.target,
      credential,
      path,
      text,
      normalised: facts.normalised.slice(0, RECORDED),
      parameters: asked.parameters,
      timeoutMs,
      before: (statement) => this.#record(connection.name, statement),
    });
    this.#known.set(key, { at: now, rows });
    const answer = await rows;
    // What failed may succeed the next time.
    if (!answer.ok) this.#known.delete(key);
    return answer;
  }

  #record(connection: ConnectionName, statement: OwnStatementText): Promise<Result<null, Denial>> {
    return new Promise((resolve) => {
      this.#parts.journal.append({ type: 'statement.own', connection, ...statement }, (fault) =>
        resolve(fault === null ? ok(null) : err(ledgerDenial(fault))),
      );
    });
  }
}

function keyOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('base64');
}

const KEPT = 1000;
const STANDS_MS = 60_000;
/** Characters of the statement in the entry of its EXPLAIN: entries hold at most 32 KiB. */
const RECORDED = 4096;

const notAlone: Denial = {
  code: 'not_supported',
  message: 'a policy asks how many rows this statement will have, so it must be the only one of its query',
  hint: 'send the statements one by one',
};

const pathUnknown: Denial = {
  code: 'not_analysable',
  message: 'a policy asks how many rows this statement will have, and the search path of the session is not known',
  hint: 'set search_path again, then repeat the statement',
};
