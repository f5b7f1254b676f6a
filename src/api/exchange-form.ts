import { err, ok, type Result } from '../base/result.ts';

/** What a client asks of an exchange (RFC 8693, 2.1). */
export interface ExchangeForm {
  readonly subjectToken: string;
  readonly actorToken: string | null;
  /** `audience` or `resource`: the name of a connection. */
  readonly connection: string | null;
  readonly requestedType: string | null;
}

export interface FormRefusal {
  readonly error: string;
  /** A sentence without anything that was sent. */
  readonly description: string;
}

export const ticketTokenType = 'urn:sluice:token-type:ticket';

/** @param body the fields of the form as pairs; anything else is refused */
export function parseExchangeForm(body: unknown): Result<ExchangeForm, FormRefusal> {
  if (!Array.isArray(body)) return refused('invalid_request', 'the form of RFC 8693, 2.1 is missing');
  const fields = new Map<string, string>();
  const targets: string[] = [];
  for (const [name, value] of body as readonly (readonly [string, string])[]) {
    // RFC 6749, 3.1: a parameter without a value is treated as absent.
    if (value === '') continue;
    if (name === 'audience' || name === 'resource') targets.push(value);
    else if (fields.has(name)) return refused('invalid_request', 'a parameter is stated twice');
    else fields.set(name, value);
  }
  const grant = fields.get('grant_type');
  if (grant === undefined) return refused('invalid_request', 'grant_type is missing');
  if (grant !== exchangeGrant) {
    return refused('unsupported_grant_type', `the only grant_type here is ${exchangeGrant}`);
  }
  if (['client_secret', 'client_assertion'].some((name) => fields.has(name))) {
    return refused('invalid_client', 'no clients are registered here: the subject_token is who asks');
  }
  if (fields.has('scope')) {
    return refused('invalid_scope', 'scopes mean nothing here, policy decides; leave scope out');
  }
  const subject = token(fields, 'subject_token');
  if (!subject.ok) return subject;
  if (subject.value === null) return refused('invalid_request', 'subject_token is missing');
  const actor = token(fields, 'actor_token');
  if (!actor.ok) return actor;
  const requestedType = fields.get('requested_token_type') ?? null;
  if (requestedType !== null && requestedType !== ticketTokenType && requestedType !== accessToken) {
    return refused('invalid_request', `requested_token_type is ${ticketTokenType} or ${accessToken}, or absent`);
  }
  const [connection = null, another] = new Set(targets);
  if (another !== undefined) {
    return refused('invalid_target', 'audience and resource name one connection here, or none for any');
  }
  return ok({ subjectToken: subject.value, actorToken: actor.value, connection, requestedType });
}

/** A token and its type: one is required exactly when the other is there. */
function token(fields: ReadonlyMap<string, string>, name: string): Result<string | null, FormRefusal> {
  const text = fields.get(name) ?? null;
  const type = fields.get(`${name}_type`);
  if (text === null) return type === undefined ? ok(null) : refused('invalid_request', `${name} is missing`);
  if (type === undefined) return refused('invalid_request', `${name}_type is missing`);
  if (tokenTypes.includes(type)) return ok(text);
  return refused('invalid_request', `${name}_type is not one of ${tokenTypes.join(', ')}`);
}

function refused(error: string, description: string): Result<never, FormRefusal> {
  return err({ error, description });
}

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const tokenTypes: readonly string[] = [
  'urn:ietf:params:oauth:token-type:jwt',
  accessToken,
  'urn:ietf:params:oauth:token-type:id_token',
];
