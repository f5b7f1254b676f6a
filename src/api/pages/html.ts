/** Markup. Nothing else becomes one than what {@link html} made. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, markup is not, nothing is nothing. */
export type Part = string | number | Html | null | readonly Part[];

/** `html\`<p>${text}</p>\``: the only way to markup. Attributes need their double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.map((literal, index) => literal + (index < parts.length ? rendered(parts[index]) : '')).join(''),
  );
}

function rendered(part: Part | undefined): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join('');
  return escaped(visible(String(part)));
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * What a reader would not see, or would see elsewhere than where it stands, is named: control characters, those that turn the
 * direction of text, joiners and fillers. Lines and tabs stay.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(hidden, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
