/** A browser without a screen: it keeps cookies by host and path, follows redirects, and says where a request comes from. */
export class Browser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();
  /** Every `Set-Cookie` that came. */
  readonly set: string[] = [];
  /** Every address that was asked for. */
  readonly visited: string[] = [];
  /** Redirects to addresses that begin so are not followed: somebody kept them for another use. */
  stopBefore: string | null = null;

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return this.#follow(url, { method: 'GET', headers });
  }

  async post(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ): Promise<Visit> {
    return this.#follow(url, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies].find(([key]) => key.endsWith(` ${name}`))?.[1].value;
  }

  forget(name: string): void {
    for (const key of this.#cookies.keys()) if (key.endsWith(` ${name}`)) this.#cookies.delete(key);
  }

  async #follow(start: string, request: RequestInit): Promise<Visit> {
    let url = new URL(start);
    let next = request;
    for (let hops = 0; hops < 20; hops += 1) {
      this.visited.push(url.href);
      const answer = await fetch(url, {
        ...next,
        redirect: 'manual',
        headers: { ...next.headers, cookie: this.#cookieHeader(url) },
      });
      this.#keep(url, answer);
      const location = answer.headers.get('location');
      const kept = this.stopBefore !== null && location?.startsWith(this.stopBefore) === true;
      if (location === null || kept)
        return { url, status: answer.status, headers: answer.headers, text: await answer.text() };
      await answer.arrayBuffer();
      url = new URL(location, url);
      next = { method: 'GET' };
    }
    throw new Error('redirects without an end');
  }

  /** Ports share cookies: RFC 6265, 8.5. */
  #cookieHeader(url: URL): string {
    return [...this.#cookies]
      .filter(([key, { path }]) => key.startsWith(`${url.hostname} `) && url.pathname.startsWith(path))
      .map(([key, { value }]) => `${key.slice(key.lastIndexOf(' ') + 1)}=${value}`)
      .join('; ');
  }

  #keep(url: URL, answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      this.set.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/';
      const gone = value === '' || /max-age=0/i.test(line) || /expires=thu, 01 jan 1970/i.test(line);
      const key = `${url.hostname} ${path} ${name}`;
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { value, path });
    }
  }
}

export interface Visit {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The token that the forms of a page repeat. */
export function csrfIn({ text }: Visit): string {
  const token = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
  if (token === undefined) throw new Error('the page has no form');
  return token;
}
