/** Which directory of Entra an issuer is, and which version of its tokens. */
export interface EntraTenant {
  /** The id of the directory, in small letters: `tid`. */
  readonly id: string;
  /** The value of `ver`. */
  readonly version: '1.0' | '2.0';
}

/**
 * The issuers of Entra end in the directory: `https://sts.windows.net/{tid}/` for tokens of version 1.0,
 * `https://login.microsoftonline.com/{tid}/v2.0` for 2.0, on other hosts in sovereign clouds. Null for any other issuer, `common`
 * and `organizations` among them: those are not one directory.
 */
export function entraTenant(issuer: string): EntraTenant | null {
  const match = /^https?:\/\/[^/]+\/([0-9a-f-]{36})(\/|\/v2\.0)$/.exec(issuer);
  const [, id, ending] = match ?? [];
  if (id === undefined || !isDirectoryId(id)) return null;
  return { id, version: ending === '/' ? '1.0' : '2.0' };
}

function isDirectoryId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
