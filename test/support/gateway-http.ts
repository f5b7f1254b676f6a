/** What a gateway's API answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Asks the API of a gateway as the owner of `token`: with a body it is a POST. */
export async function ask(api: string, path: string, token: string, body?: unknown): Promise<HttpAnswer> {
  const response = await fetch(`${api}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as HttpAnswer['body'] };
}

/** Sends a form to the token endpoint; what is undefined is left out. */
export async function exchangeForm(
  api: string,
  form: Readonly<Record<string, string | undefined>>,
): Promise<HttpAnswer> {
  const fields = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  const response = await fetch(`${api}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as HttpAnswer['body'] };
}

export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

/** A good form for this token. */
export function formFor(subjectToken: string): Readonly<Record<string, string | undefined>> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subjectToken,
    subject_token_type: jwtType,
  };
}

/** A ticket for the token: its text and its id. */
export async function ticketFor(api: string, token: string): Promise<{ readonly text: string; readonly id: string }> {
  const { status, body } = await exchangeForm(api, formFor(token));
  if (status !== 200) throw new Error(`no ticket: ${JSON.stringify(body)}`);
  return { text: String(body['access_token']), id: String(body['ticket_id']) };
}
