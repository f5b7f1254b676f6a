/**
 * Text that a terminal only shows: control characters, among them the escape that starts terminal commands, and characters
 * that change the direction of text become visible. Names and values come from other systems.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const short = shorthand[character];
    if (short !== undefined) return short;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The same of text with lines: each by itself, tabs as two spaces. */
export function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '  ')));
}

const unprintable = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const shorthand: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
