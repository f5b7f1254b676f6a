import type { ConnectionName, SessionId, StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestQuestion, StatedValues } from '../core/question.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import { showBody } from '../masking/shown-body.ts';
import type { Held } from './held.ts';
import { isCondition } from './request-facts.ts';
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
  const head = headOf(question, facts);
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
      text: question.body === null ? head : `${head}\n\n${showBody(body, facts.fields)}`,
      parameters: [],
      tables: record.tables,
      columns: facts.fields.map(({ path }) => path),
      classes: allowed.classes,
      estimatedRows: null,
    },
    estimate: null,
    original: { text: Buffer.concat([Buffer.from(`${head}\n\n`), body]), parameters: null },
    ...at.stated,
  };
}

/** The request line, and the headers that go on and may change what the body means. What every client says is left out. */
function headOf(question: RequestQuestion, facts: RequestFacts): string {
  const headers = question.headers
    .filter(([name, value]) => usual.get(name) !== value && !(facts.fields.length > 0 && isCondition(name)))
    .map(([name, value]) => `${name}: ${visible(value)}`)
    .sort();
  return [`${question.method} ${pathOf(question)}`, ...headers].join('\n');
}

/** Headers are bytes, read as Latin-1. */
function visible(value: string): string {
  return value.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const usual: ReadonlyMap<string, string> = new Map([
  ['accept', '*/*'],
  ['content-type', 'application/json'],
]);

function pathOf({ path, query }: RequestQuestion): string {
  const spelt = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `/${path.map(encodeURIComponent).join('/')}${spelt.length === 0 ? '' : `?${spelt.join('&')}`}`;
}
