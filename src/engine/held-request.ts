import type { ConnectionName, SessionId, StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestQuestion, StatedValues } from '../core/question.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import { showBody } from '../masking/shown-body.ts';
import type { Held } from './held.ts';
import type { RequestRuling } from './request-ruling.ts';

/** Where a request stands. */
export interface RequestCircumstances {
  readonly session: SessionId;
  readonly statement: StatementId;
  readonly principal: Principal;
  readonly connection: ConnectionName;
  readonly facts: RequestFacts;
  readonly question: RequestQuestion;
  readonly stated: StatedValues;
}

/** An HTTP request as it is put to people. An approval for once is for its bytes: line, headers that steer, and body. */
export function heldRequest(
  { decision, allowed }: Extract<RequestRuling, { kind: 'hold' }>,
  at: RequestCircumstances,
): Held {
  const { facts, question } = at;
  const { record } = allowed;
  const line = `${question.method} ${pathOf(question)}`;
  const body = question.body ?? Buffer.alloc(0);
  return {
    subject: 'statement',
    session: at.session,
    statement: at.statement,
    principal: at.principal,
    connection: at.connection,
    decision,
    exact: [
      Buffer.from(JSON.stringify([question.method, question.path, question.query])),
      Buffer.from(JSON.stringify(question.headers)),
      Buffer.from(question.body === null ? 'without a body' : 'with a body'),
      body,
    ],
    normalised: { text: record.text ?? '', digest: record.digest ?? '' },
    tables: [`${facts.verb} ${facts.route}`],
    shown: {
      verb: facts.verb,
      text: question.body === null ? line : `${line}\n\n${showBody(body, facts.fields)}`,
      parameters: [],
      tables: record.tables,
      columns: facts.fields.map(({ path }) => path),
      classes: allowed.classes,
      estimatedRows: null,
    },
    estimate: null,
    original: { text: Buffer.concat([Buffer.from(`${line}\n\n`), body]), parameters: null },
    ...at.stated,
  };
}

function pathOf({ path, query }: RequestQuestion): string {
  const spelt = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `/${path.map(encodeURIComponent).join('/')}${spelt.length === 0 ? '' : `?${spelt.join('&')}`}`;
}
