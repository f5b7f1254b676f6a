import { fastifyCookie } from '@fastify/cookie';

/** The cookies of a gateway that people reach at `publicUrl`: `session`, and `attempt` on the way to the issuer and back. */
export class Cookies {
  readonly #secure: boolean;

  constructor(publicUrl: string | null) {
    this.#secure = publicUrl?.startsWith('https:') === true;
  }

  read(header: string | undefined, which: Cookie): string | null {
    if (header === undefined) return null;
    return fastifyCookie.parse(header)[this.#name(which)] ?? null;
  }

  /** A `Set-Cookie`. */
  write(which: Cookie, value: string): string {
    return fastifyCookie.serialize(this.#name(which), value, {
      ...this.#flags(),
      ...(which === 'attempt' ? { maxAge: 600 } : {}),
    });
  }

  clear(which: Cookie): string {
    return fastifyCookie.serialize(this.#name(which), '', { ...this.#flags(), maxAge: 0 });
  }

  /** `__Host-`: no other host of the domain, and nobody without TLS, can have set it. */
  #name(which: Cookie): string {
    return this.#secure ? `__Host-sluice-${which}` : `sluice-${which}`;
  }

  /** `lax`: the link in a mail arrives logged in. Whatever changes something asks for more than a cookie (`cross-site.ts`). */
  #flags() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.#secure } as const;
  }
}

export type Cookie = 'session' | 'attempt';
