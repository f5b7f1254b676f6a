import type { ApprovalNews } from '../approvals/notifier.ts';

/** What a mail about news says. Plain text: it is read on a phone, at night. */
export function emailText(news: ApprovalNews): { readonly subject: string; readonly text: string } {
  const lines = [
    sentences[news.kind](news),
    '',
    `principal    ${news.principal}`,
    `connection   ${news.connection}`,
    ...(news.summary === null ? [] : [`what         ${news.summary}`]),
    ...(news.expiresAt === null ? [] : [`until        ${news.expiresAt}`]),
    '',
    news.link,
    '',
    'The statement itself is shown behind the link, to those who may see it.',
  ];
  return { subject: `Sluice: ${subjects[news.kind]} (${news.id})`, text: `${lines.join('\n')}\n` };
}

const subjects: Readonly<Record<ApprovalNews['kind'], string>> = {
  requested: 'an approval is asked for',
  approved: 'approved',
  denied: 'denied',
  expired: 'nobody decided in time',
  withdrawn: 'withdrawn',
  revoked: 'a grant was revoked',
  'break-glass': 'BREAK-GLASS access was granted',
};

const sentences: Readonly<Record<ApprovalNews['kind'], (news: ApprovalNews) => string>> = {
  requested: ({ principal, groups }) => `${principal} waits for an approval by ${groups.join(' or ')}.`,
  approved: ({ principal }) => `What ${principal} asked for was approved.`,
  denied: ({ principal }) => `What ${principal} asked for was denied.`,
  expired: ({ principal }) => `Nobody decided on what ${principal} asked for; it was not executed.`,
  withdrawn: ({ principal }) => `${principal} no longer waits; nothing was executed.`,
  revoked: ({ principal }) => `A grant of ${principal} was revoked; what rested on it was ended.`,
  'break-glass': ({ principal, connection }) =>
    `Emergency access to ${connection} was granted to ${principal}, without an approval. An auditor must review it.`,
};
