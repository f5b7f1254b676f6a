import type { Command } from 'commander';
import type { LoginWish } from '../app-verbs.ts';
import { type Failure, fail } from '../failure.ts';
import { printable } from '../printable.ts';
import type { Surface } from '../surface.ts';

/** People log in for the verbs that ask a gateway. */
export function addLoginVerbs(program: Command, surface: Surface): void {
  const { io, gateway, verbs } = surface;

  program
    .command('login')
    .description('log in at the issuer of the gateway, and keep the token for the verbs that follow')
    .option('--browser', 'open the address in a browser; otherwise it is only printed')
    .addHelpText('after', '\nSLUICE_TOKEN, where it is set, goes before the token that is kept.')
    .action(
      surface.action(async ({ browser }: { readonly browser?: boolean }) => {
        const url = gateway.url();
        if (!url.ok) return fail(io, url.error);
        const { tokens } = gateway;
        if (tokens.file === null) return fail(io, nowhere);
        const way = await gateway.readOpenly<Way>('login');
        if (!way.ok) return fail(io, way.error);
        if (!way.value.loopback) return fail(io, keepsSecret);
        const say = (address: string) => io.err(`Open this address and log in:\n\n  ${printable(address)}\n\n`);
        const wish = { ...way.value, browser: browser === true, say };
        const token = await verbs.login(wish);
        if (!token.ok) return surface.refused(token.error);
        // Whether the gateway takes it, before it takes the place of another.
        const accepted = await gateway.read('tickets', token.value);
        if (!accepted.ok) return fail(io, accepted.error);
        const { name, expiresAt } = claimsOf(token.value);
        try {
          tokens.keep(url.value.origin, { token: token.value, expiresAt });
        } catch {
          return fail(io, { ...nowhere, message: `${tokens.file} cannot be written` });
        }
        io.err(`${printable(name)} is logged in at ${url.value.origin} until ${expiresAt}\n`);
        if (io.env['SLUICE_TOKEN']) io.err('note: SLUICE_TOKEN is set and goes before it\n');
        return 0;
      }),
    );

  program
    .command('logout')
    .description('forget the token of "sluice login"')
    .action(
      surface.action(async () => {
        const url = gateway.url();
        if (!url.ok) return fail(io, url.error);
        try {
          const had = gateway.tokens.forget(url.value.origin);
          io.err(`${had ? 'logged out' : 'nobody was logged in'} at ${url.value.origin}\n`);
          return 0;
        } catch {
          return fail(io, { ...nowhere, message: `${gateway.tokens.file} cannot be written` });
        }
      }),
    );
}

type Way = Pick<LoginWish, 'issuer' | 'clientId' | 'scopes'> & { readonly loopback: boolean };

/** For people to read: the gateway checks the token itself. */
function claimsOf(token: string): { readonly name: string; readonly expiresAt: string } {
  const claims: { readonly sub?: string; readonly name?: string; readonly exp?: number } = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return {
    name: claims.name ?? claims.sub ?? 'somebody',
    expiresAt: new Date((claims.exp ?? 0) * 1000).toISOString(),
  };
}

const keepsSecret: Failure = {
  message: 'the gateway logs people in as a client with a secret, which a command line cannot keep',
  hint: 'decide on the pages of the gateway, or set SLUICE_TOKEN to a token of yours',
  exit: 1,
};

const nowhere: Failure = {
  message: 'there is no folder to keep a token in',
  hint: 'set XDG_CONFIG_HOME or HOME to a folder of yours, or set SLUICE_TOKEN to a token instead',
  exit: 1,
};
