import type { Signer } from '../fixture.ts';

/** One row of the token matrix: a token, and what becomes of it where an entry of every profile is configured. */
export interface Row {
  readonly profile: string;
  readonly token: string;
  /** Signs with the keys of the issuer of the profile unless the row says otherwise. */
  readonly make: (keys: RowKeys) => Promise<string> | string;
  /** The principal, or the part of the sentence that names the fault. */
  readonly expect: { readonly principal: string } | { readonly refused: string };
}

export interface RowKeys {
  readonly own: Signer;
  /** Of an issuer that is not configured. */
  readonly stranger: Signer;
}

/** A row whose token has these claims, signed as it should be. */
export function row(
  profile: string,
  token: string,
  claims: Readonly<Record<string, unknown>>,
  expect: Row['expect'],
  header: Readonly<Record<string, unknown>> = {},
): Row {
  return { profile, token, make: ({ own }) => own.sign(claims, header), expect };
}
