import type pg from 'pg';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { startClinicGateway } from '../../support/clinic-gateway.ts';
import { ask, type HttpAnswer } from '../../support/gateway-http.ts';

/** What the tests of approvals run against: updates of patients wait, in as many ways as policies have. */
export const approvalPolicies = `
@id("in") permit(principal in Group::"pipelines", action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("read") permit(principal in Group::"pipelines", action == Action::"select", resource in Connection::"clinic");
@id("writes-wait") @description("writes to patients need a second pair of eyes") @approval("compliance") @ttl("1h")
permit(principal in Group::"pipelines", action == Action::"update", resource == Table::"clinic/public.patients");
@id("batch") @description("a batch is approved once") @approval("compliance") @scope("run") @ttl("1h")
permit(principal in Group::"pipelines", action == Action::"update", resource == Table::"clinic/public.encounters");
@id("later") @approval("compliance") @wait("0") @ttl("1h")
permit(principal in Group::"pipelines", action == Action::"delete", resource == Table::"clinic/public.encounters");
@id("two") @approval("compliance") @quorum("2") @ttl("1h")
permit(principal in Group::"pipelines", action == Action::"delete", resource == Table::"clinic/public.providers");
@id("quick") @approval("compliance") @wait("1s") @ttl("1h")
permit(principal in Group::"pipelines", action in [Action::"insert", Action::"copy"], resource == Table::"clinic/public.providers");
`;

export function startApprovals(): Promise<ClinicGateway> {
  return startClinicGateway({ policies: approvalPolicies });
}

export interface Notice {
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

/** A statement on its way, and what its client was told. */
export interface Waiting {
  readonly result: Promise<pg.QueryResult>;
  readonly notice: Notice;
  readonly approval: string;
}

/** Runs a statement that will wait, and answers once its client was told so. */
export async function waits(client: pg.Client, text: string, values: unknown[] = []): Promise<Waiting> {
  const told = new Promise<Notice>((resolve) => {
    client.once('notice', (notice) => {
      resolve({ message: notice.message ?? '', detail: notice.detail ?? '', hint: notice.hint ?? '' });
    });
  });
  const result = client.query(text, values);
  const notice = await Promise.race([told, result.then(() => Promise.reject(new Error(`did not wait: ${text}`)))]);
  // Whoever awaits the result sees its error; until then it is nobody's.
  result.catch(() => undefined);
  return { result, notice, approval: notice.detail.replace(/^request /, '') };
}

/** Decides as a person, with a rationale. */
export async function decide(
  { api }: { readonly api: string },
  token: string,
  approval: string,
  verdict: 'approve' | 'deny' = 'approve',
): Promise<HttpAnswer> {
  return ask(api, `/approvals/${approval}/${verdict}`, token, { reason: 'checked against the change' });
}

/** The SQLSTATE and the message of a statement that is refused. */
export async function refusalOf(result: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  try {
    await result;
  } catch (error) {
    const { code = '', message = '', hint = '' } = error as { code?: string; message?: string; hint?: string };
    return { code, message, hint };
  }
  throw new Error('it was not refused');
}
