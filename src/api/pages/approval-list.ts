import type { ApprovalView } from '../../engine/control.ts';
import { type Html, html } from './html.ts';
import { page, type Viewer } from './layout.ts';
import { distance, moment } from './shown-time.ts';

/** What waits, the most urgent first, and what was decided lately. */
export function approvalListPage(
  pending: readonly ApprovalView[],
  recent: readonly ApprovalView[],
  viewer: Viewer,
  now: number,
): string {
  const urgent = pending.toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt));
  const body = html`<h1>Waiting for a decision</h1>
${
  urgent.length === 0
    ? html`<p class="soft">Nothing waits. <a href="/approvals">Look again</a></p>`
    : html`<ul class="cards">${urgent.map((one) => card(one, now))}</ul>`
}
${recent.length === 0 ? null : html`<h2>Lately</h2><ul class="cards">${recent.map((one) => card(one, now))}</ul>`}`;
  return page({ title: urgent.length === 0 ? 'Approvals' : `${urgent.length} waiting`, viewer, body });
}

/** In a sentence: `nightly-etl wants to update public.patients`. */
export function headline({ subject, display, verb, tables, connection }: ApprovalView): string {
  if (subject === 'connect') return `${display} wants to open a session on ${connection}`;
  return `${display} wants to ${verb}${tables.length === 0 ? ` on ${connection}` : ` ${tables.join(', ')}`}`;
}

export function stateMark({ state }: Pick<ApprovalView, 'state'>): Html {
  return html`<span class="state ${state}">${state}</span>`;
}

function card(one: ApprovalView, now: number): Html {
  const { id, state, connection, estimatedRows, classes } = one;
  const rows = estimatedRows === null ? null : `about ${estimatedRows} rows`;
  const protectedOnes = classes.length === 0 ? null : `protected: ${classes.join(', ')}`;
  const facts = [connection, rows, protectedOnes].filter((fact) => fact !== null).join(' · ');
  const when =
    state === 'pending' ? html`expires ${distance(one.expiresAt, now)}` : html`asked ${moment(one.createdAt)}`;
  return html`<li><a class="card" href="/approvals/${id}">${stateMark(one)}
<strong>${headline(one)}</strong>
<span>${facts}</span><br><span class="soft">${when}</span></a></li>`;
}
