import type { Denial } from '../../core/denial.ts';
import type { ApprovalDetail, RevealedStatement } from '../../engine/control.ts';
import { rationaleCharacters } from '../approval-inputs.ts';
import { headline, stateMark } from './approval-list.ts';
import { type Html, html, type Part } from './html.ts';
import { csrfField, page, type Viewer } from './layout.ts';
import { originSentence } from './origin-sentence.ts';
import { distance, moment } from './shown-time.ts';

export interface ApprovalPageOptions {
  readonly approval: ApprovalDetail;
  readonly viewer: Viewer;
  readonly mayDecide: boolean;
  readonly mayReveal: boolean;
  /** Null: the login is good for deciding; else within how many minutes of one a person decides. */
  readonly loginNeeded: number | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What was just revealed. */
  readonly revealed?: RevealedStatement;
  /** Why what was just tried did not happen, and what was written for it. */
  readonly denial?: Denial;
  readonly rationale?: string;
}

/** All that a person needs to decide, and the form to do it with. */
export function approvalPage(options: ApprovalPageOptions): string {
  const { approval, viewer, now, denial } = options;
  const body = html`<p><a href="/approvals">All requests</a></p>
<h1>${headline(approval)}</h1>
<p>${stateMark(approval)} ${standing(approval, now)}</p>
${denial === undefined ? null : refused(denial, approval)}
${outcome(approval, viewer)}
${statement(options)}
<h2>Who asks</h2>
${facts([
  ['Principal', approval.principal],
  ['Owner', approval.owner ?? 'nobody is listed'],
  ['On behalf of', approval.onBehalfOf],
  ['Comes from', originSentence(approval.origin)],
])}
<h2>What it touches</h2>
${facts([
  ['Connection', approval.connection],
  ['Tables', listed(approval.tables)],
  ['Columns', listed(approval.columns)],
  ['Protected classes', approval.classes.length === 0 ? 'none' : listed(approval.classes)],
  ['Estimated rows', approval.estimatedRows ?? 'not known'],
])}
<h2>Why</h2>
${facts([
  ['Reason, as stated', approval.reason ?? 'none stated'],
  ['Purpose, as stated', approval.purpose ?? 'none stated'],
  ['Ticket, as stated', approval.ticket ?? 'none stated'],
  ...approval.policies.map(
    ({ id, description }): Fact => ['Policy', html`${description} <span class="soft">(${id})</span>`],
  ),
])}
<h2>What approving means</h2>
<p class="note">${approval.covers}</p>
${facts(approval.quorum.map(({ access, groups, needed, given }): Fact => [access, `${given} of ${needed} ${needed === 1 ? 'person' : 'people'} of ${groups.join(' or ')}`]))}
${decisions(approval)}
${similar(approval)}
${form(options)}`;
  return page({ title: headline(approval), viewer, body });
}

type Fact = readonly [Part, Part];

function standing(approval: ApprovalDetail, now: number): Html {
  const { state, waits, createdAt, expiresAt, decidedAt } = approval;
  if (state !== 'pending') return html`<span class="soft">since ${moment(decidedAt ?? createdAt)}</span>`;
  const client = waits ? 'A client waits.' : 'The client was told to come back.';
  return html`<strong>Expires ${distance(expiresAt, now)}</strong> <span class="soft">(${moment(expiresAt)}), asked ${distance(createdAt, now)}. ${client}</span>`;
}

function refused({ code, message, hint }: Denial, approval: ApprovalDetail): Html {
  const again = code === 'login_too_old' ? loginAgain(approval) : null;
  return html`<div class="note bad" role="alert"><p>Nothing was changed: ${message}.</p>${hint === undefined ? null : html`<p>${hint}</p>`}${again}</div>`;
}

function loginAgain({ id }: ApprovalDetail): Html {
  return html`<p><a class="button" href="/login?fresh=1&amp;to=/approvals/${id}">Log in again</a></p>`;
}

/** What the reader's own decision has led to. */
function outcome({ decisions: made, state, waits }: ApprovalDetail, viewer: Viewer): Html | null {
  const own = made.find(({ by }) => by === viewer.id);
  if (own === undefined) return null;
  if (own.verdict === 'deny') return result('bad', 'You denied this request.', 'It will not run.');
  switch (state) {
    case 'pending':
      return result('good', 'You approved this request.', 'More people must approve before it runs.');
    case 'approved':
      return result(
        'good',
        'You approved this request.',
        waits ? 'It runs now.' : 'It runs when the client comes back.',
      );
    case 'used':
      return result('good', 'You approved this request.', 'It was used.');
    default:
      return result('warn', 'You approved this request.', `It is ${state}.`);
  }
}

function result(kind: 'good' | 'bad' | 'warn', first: string, then: string): Html {
  return html`<div class="note ${kind}" role="status"><p>${first}</p><p>${then}</p></div>`;
}

function statement({ approval, revealed, viewer, mayReveal }: ApprovalPageOptions): Html | null {
  if (approval.subject === 'connect') return null;
  if (revealed !== undefined) {
    const values = revealed.parameters.map((value) => value ?? 'NULL');
    return html`<h2>Statement, revealed</h2>
<p class="soft">An entry in the ledger says that you looked.</p>
<pre>${revealed.statement}</pre>${parameters(values)}`;
  }
  const reveal =
    mayReveal && viewer.csrf !== null
      ? html`<form method="post" action="/approvals/${approval.id}/reveal">${csrfField(viewer)}
<p><button class="quiet" type="submit">Reveal protected literals</button> <span class="soft">This is written to the ledger.</span></p></form>`
      : null;
  return html`<h2>Statement</h2>
<pre>${literals(approval.statement)}</pre>${parameters(approval.parameters)}${reveal}`;
}

/** `‹ssn›` stands for a protected literal. */
function literals(text: string): Part {
  return text.split(/(‹[^‹›]{1,64}›)/).map((part, index) => (index % 2 === 1 ? html`<mark>${part}</mark>` : part));
}

function parameters(values: readonly string[]): Html | null {
  if (values.length === 0) return null;
  return html`<h2>Parameters</h2>${facts(values.map((value, index) => [`$${index + 1}`, literals(value)]))}`;
}

function decisions({ decisions: made }: ApprovalDetail): Html | null {
  if (made.length === 0) return null;
  return html`<h2>Decisions so far</h2>
${facts(made.map(({ by, verdict, rationale, at }) => [html`${verdict === 'approve' ? 'Approved' : 'Denied'} by ${by}`, html`${rationale} <span class="soft">(${moment(at)})</span>`]))}`;
}

function similar({ similar: earlier }: ApprovalDetail): Html {
  if (earlier.length === 0)
    return html`<h2>Earlier requests like this</h2><p class="soft">None: this is the first of its kind.</p>`;
  return html`<h2>Earlier requests like this</h2>
<ul class="cards">${earlier.map(
    (one) =>
      html`<li><a class="card" href="/approvals/${one.id}">${stateMark(one)} ${moment(one.createdAt)}${
        one.decidedBy.length === 0 ? null : html`<br><span class="soft">decided by ${one.decidedBy.join(', ')}</span>`
      }</a></li>`,
  )}</ul>`;
}

function form({ approval, viewer, mayDecide, loginNeeded, rationale }: ApprovalPageOptions): Html | null {
  if (approval.state !== 'pending' || approval.decisions.some(({ by }) => by === viewer.id)) return null;
  if (!mayDecide) return html`<p class="note">Approvers of ${approval.groups.join(' or ')} decide on this request.</p>`;
  if (viewer.csrf === null) return null;
  if (loginNeeded !== null) {
    return html`<div class="decide"><h2>Your decision</h2>
<p>A decision needs a login of the last ${loginNeeded} minutes, and yours is older.</p>${loginAgain(approval)}</div>`;
  }
  const url = `/approvals/${approval.id}`;
  return html`<form class="decide" method="post" action="${url}/approve">
<h2>Your decision</h2>
${csrfField(viewer)}
<label for="rationale">Rationale</label>
<p id="rationale-hint" class="soft">Why, in your words. It is kept with the decision.</p>
<textarea id="rationale" name="rationale" required maxlength="${rationaleCharacters}" aria-describedby="rationale-hint">${rationale ?? null}</textarea>
<div class="buttons">
<button class="deny" type="submit" formaction="${url}/deny">Deny</button>
<button class="approve" type="submit">Approve</button>
</div>
</form>`;
}

function facts(entries: readonly (readonly [Part, Part])[]): Html {
  const shown = entries.filter(([, value]) => value !== null);
  return html`<dl>${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function listed(names: readonly string[]): Part {
  if (names.length === 0) return 'none';
  return html`<ul class="plain">${names.map((name) => html`<li>${name}</li>`)}</ul>`;
}
