/**
 * Text that a terminal only shows: control characters, among them the escape that starts terminal commands, and characters
 * that change the direction of text, or that nobody sees, become visible. Names and values come from other systems.
 */
export function printable(text: string): string {
  return text.toWellFormed().replace(unprintable, (character) => {
    const short = shorthand[character];
    if (short !== undefined) return short;
    const point = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return point.length === 4 ? `\\u${point}` : `\\u{${point}}`;
  });
}

/** The same of text with lines: each by itself, tabs as two spaces. */
export function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '  ')));
}

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const shorthand: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
