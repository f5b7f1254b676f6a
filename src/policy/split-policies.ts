/** One policy of a file, as written: from its first annotation or keyword to its `;`. */
export interface PolicySource {
  readonly text: string;
  /** Where it starts in the file's text. */
  readonly start: number;
}

/**
 * Cuts a file at the semicolons outside of strings and comments: Cedar has them nowhere else. Every policy is then parsed by
 * itself, so that one fault does not hide the next. What follows the last semicolon is a piece too, unless it is blank.
 */
export function splitPolicies(text: string): readonly PolicySource[] {
  const pieces: PolicySource[] = [];
  let start = -1;
  let at = 0;
  while (at < text.length) {
    const end = skipOne(text, at);
    const blank = isBlank(text, at);
    if (start < 0 && !blank) start = at;
    if (text[at] === ';') {
      pieces.push({ text: text.slice(start, end), start });
      start = -1;
    }
    at = end;
  }
  if (start >= 0) pieces.push({ text: text.slice(start), start });
  return pieces;
}

/** Index after the comment, string or character at `at`. */
function skipOne(text: string, at: number): number {
  if (text.startsWith('//', at)) {
    const newline = text.slice(at).search(/[\n\r]/);
    return newline < 0 ? text.length : at + newline;
  }
  if (text[at] !== '"') return at + 1;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function isBlank(text: string, at: number): boolean {
  return text.startsWith('//', at) || /\s/.test(text[at] ?? ' ');
}
