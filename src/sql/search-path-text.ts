/** PostgreSQL's `SplitIdentifierString`: names between commas, folded unless quoted. Null: it is not understood. */
export function splitPath(text: string): readonly string[] | null {
  const names: string[] = [];
  // Blanks as PostgreSQL's scanner_isspace has them: to JavaScript many more characters are blank, which are part of a name there.
  if (/^[ \t\n\r\f]*$/.test(text)) return [];
  const pattern = /[ \t\n\r\f]*(?:"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff$][^ \t\n\r\f\v,"]*))[ \t\n\r\f]*(,|$)/y;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null || Buffer.byteLength(match[1] ?? match[2] ?? '') > 63) return null;
    names.push(
      match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
    );
    if (match[3] === '') return names;
  }
}
