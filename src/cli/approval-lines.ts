import type { ApprovalDetail } from '../engine/control.ts';
import { lines, printable } from './printable.ts';
import { type Cell, fields } from './table.ts';

/** All that a person needs to decide, in the order in which they ask: what, who, how much, why, and what saying yes would mean. */
export function approvalLines(approval: ApprovalDetail): string {
  const { statement, parameters } = approval;
  const head = `${approval.id}  ${approval.state}${approval.waits && approval.state === 'pending' ? ', a client waits' : ''}\n`;
  const text = approval.subject === 'connect' ? ['(to open a session)'] : lines(statement);
  const values = parameters.map((value, index) => `$${index + 1} = ${printable(value)}`);
  const body = [...text, ...values].map((line) => `    ${line}\n`).join('');
  return `${head}\n${body}\n${fields(asked(approval))}${decisions(approval)}${similar(approval)}`;
}

function asked(approval: ApprovalDetail): readonly (readonly [string, Cell])[] {
  const origin = Object.entries(approval.origin).filter(([, value]) => value !== 'unknown');
  return [
    [
      'who',
      approval.display === approval.principal ? approval.principal : `${approval.principal} (${approval.display})`,
    ],
    ['owner', approval.owner ?? '-'],
    ['on behalf of', approval.onBehalfOf ?? '-'],
    ...origin.map(([name, value]): readonly [string, Cell] => [`origin ${name}`, value]),
    ['connection', approval.connection],
    ['verb', approval.verb],
    ['tables', approval.tables.join(', ') || '-'],
    ['columns', approval.columns.join(', ') || '-'],
    ['protected classes', approval.classes.join(', ') || 'none'],
    ['estimated rows', approval.estimatedRows ?? 'unknown'],
    ['reason stated', approval.reason ?? '-'],
    ['purpose stated', approval.purpose ?? '-'],
    ['ticket stated', approval.ticket ?? '-'],
    ...approval.policies.map(({ id, description }): readonly [string, Cell] => ['policy', `${id}: ${description}`]),
    ...approval.quorum.map(({ access, groups, given, needed }): readonly [string, Cell] => [
      'needed',
      `${given} of ${needed} of ${groups.join(' or ')}, for ${access}`,
    ]),
    ['approving covers', `${approval.scope}: ${approval.covers}`],
    ['asked', approval.createdAt],
    ['expires', approval.expiresAt],
    ['decided', approval.decidedAt ?? '-'],
    ['grant', approval.grant ?? '-'],
    ['link', approval.link],
  ];
}

function decisions({ decisions: made }: ApprovalDetail): string {
  if (made.length === 0) return '\nnobody has decided yet\n';
  const told = made.map(
    ({ by, verdict, at, rationale }) =>
      `  ${verdict === 'approve' ? 'approved' : 'denied'} by ${by} at ${at}: ${rationale}`,
  );
  return `\ndecisions\n${told.map((line) => `${printable(line)}\n`).join('')}`;
}

function similar({ similar: earlier }: ApprovalDetail): string {
  if (earlier.length === 0) return '\nno earlier request of this kind\n';
  const told = earlier.map(
    ({ id, state, createdAt, decidedBy }) =>
      `  ${createdAt} ${state}${decidedBy.length === 0 ? '' : `, decided by ${decidedBy.join(', ')}`} (${id})`,
  );
  return `\nearlier requests of this kind\n${told.map((line) => `${printable(line)}\n`).join('')}`;
}
