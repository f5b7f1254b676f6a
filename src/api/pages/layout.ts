import { type Html, html, type Part } from './html.ts';

export interface PageOptions {
  readonly title: string;
  /** Who is logged in; null: nobody. */
  readonly viewer: Viewer | null;
  readonly body: Part;
}

/** Whom a page is for. */
export interface Viewer {
  readonly id: string;
  readonly display: string;
  /** For the forms of the page; null where a token was presented instead of a cookie. */
  readonly csrf: string | null;
}

/** A whole document. No script, no image, nothing from elsewhere. */
export function page({ title, viewer, body }: PageOptions): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Sluice</title>
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="/approvals">Sluice</a>
${viewer === null ? null : who(viewer)}
</header>
<main id="main">
${body}
</main>
</body>
</html>
`;
  return document.text;
}

/** What stops a form from being sent by another page. */
export function csrfField({ csrf }: Viewer): Html | null {
  return csrf === null ? null : html`<input type="hidden" name="csrf" value="${csrf}">`;
}

function who(viewer: Viewer): Html {
  return html`<form class="who" method="post" action="/logout">
${csrfField(viewer)}<span title="${viewer.id}">${viewer.display}</span>
${viewer.csrf === null ? null : html`<button class="quiet" type="submit">Log out</button>`}
</form>`;
}
