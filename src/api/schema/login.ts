import { Type } from 'typebox';
import { shape } from './named.ts';

/** What a program must know to log a person in. */
export interface LoginView {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly loopback: boolean;
}

const login = shape<LoginView>('Login', {
  issuer: Type.String({ description: 'Of OpenID Connect; its discovery document says the rest.' }),
  clientId: Type.String(),
  scopes: Type.Array(Type.String()),
  loopback: Type.Boolean({ description: 'Whether `sluice login` can do it (RFC 8252): the client has no secret.' }),
});

export const loginSchemas = { login };
