import type { Denial } from '../../core/denial.ts';
import { html } from './html.ts';
import { page, type Viewer } from './layout.ts';

/** A page that says one thing, and where to go from it. */
export function messagePage({ title, text, hint, link }: Message, viewer: Viewer | null = null): string {
  const body = html`<h1>${title}</h1>
<div class="note" role="status"><p>${text}</p>${hint === undefined ? null : html`<p>${hint}</p>`}</div>
${link === undefined ? null : html`<p><a class="button" href="${link.to}">${link.text}</a></p>`}`;
  return page({ title, viewer, body });
}

export interface Message {
  readonly title: string;
  readonly text: string;
  readonly hint?: string;
  readonly link?: { readonly to: string; readonly text: string };
}

/** A refusal as a page. */
export function denialPage({ message, hint }: Denial, viewer: Viewer | null, link?: Message['link']): string {
  const text = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
  return messagePage(
    { title: 'Refused', text, ...(hint === undefined ? {} : { hint }), ...(link === undefined ? {} : { link }) },
    viewer,
  );
}
