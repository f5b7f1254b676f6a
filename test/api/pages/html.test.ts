import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { html, visible } from '../../../src/api/pages/html.ts';

/** Any text, with what matters to markup and to readers in it often. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...['<', '>', '"', "'", '`', '&', '=', '/', '-', '\n', '\t', '\0', '\u001b', '\u202e', '\ud800']),
    fc.constantFrom('</script>', '<!--', ']]>', '&lt;', '&#60;', 'javascript:', '\u2066', '\u200b', '\u{e0041}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('html', () => {
  test('text stays text, whatever it is, between tags and in attributes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const made = html`<a href="${text}">${text}</a>`.text;
        const [, attribute = null, content = null] = /^<a href="([^"]*)">([\s\S]*)<\/a>$/.exec(made) ?? [];
        assert.ok(attribute !== null && content !== null, made);
        for (const part of [attribute, content]) {
          assert.doesNotMatch(part, /[<>"'`]|&(?!#\d+;)/);
          assert.equal(decoded(part), visible(text));
        }
      }),
    );
  });

  test('nothing that a reader would not see is left, and everything else is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = visible(text);
        assert.doesNotMatch(shown, /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        const plain = text.toWellFormed().replace(/(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu, '');
        assert.equal(shown.replace(/⟨U\+[0-9A-F]{4,6}⟩/g, ''), plain.replace(/⟨U\+[0-9A-F]{4,6}⟩/g, ''));
      }),
    );
  });

  const named: readonly (readonly [string, string])[] = [
    ["select '\u202e1'", "select '⟨U+202E⟩1'"],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['\u{e0041}', '⟨U+E0041⟩'],
    ['\r\n\tx', '⟨U+000D⟩\n\tx'],
    ['\ufe0f\u3164\u00ad', '⟨U+FE0F⟩⟨U+3164⟩⟨U+00AD⟩'],
    ['Müller ‹ssn› 漢字 – ok', 'Müller ‹ssn› 漢字 – ok'],
  ];
  for (const [text, shown] of named) test(`${shown} is shown`, () => assert.equal(visible(text), shown));

  test('markup nests, lists join, nothing is nothing', () => {
    const made = html`<ul>${[1, '<', null].map((one) => html`<li>${one}</li>`)}${null}</ul>`;
    assert.equal(made.text, '<ul><li>1</li><li>&#60;</li><li></li></ul>');
  });
});

function decoded(markup: string): string {
  return markup.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
