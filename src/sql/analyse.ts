import { isUtf8 } from 'node:buffer';
import type { Denial } from '../core/denial.ts';
import type { SessionEffect, StatementFacts } from '../core/facts.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { FactsCache } from './facts-cache.ts';
import { cacheKey, ledgerText } from './normalise.ts';
import { afterEffects } from './own-objects.ts';
import { Parser, type RawStatement } from './parser.ts';
import { PathInText } from './path-in-text.ts';
import { notAnalysable, Refused } from './refused.ts';
import { largeTextBytes, maxTextBytes, shapeDenial } from './shape-limits.ts';
import { analyseStatement } from './statement.ts';

/** What names mean at one moment of a session. */
export interface NameScope {
  readonly catalogue: CatalogueIndex;
  /** Schemas for unqualified names in order, `pg_catalog` implicitly first; `unknown`: unqualified names are refused. */
  readonly path: readonly string[] | 'unknown';
}

export type Analysis =
  /** One per statement of the text; none for an empty one. */
  | { readonly kind: 'facts'; readonly statements: readonly StatementFacts[] }
  | { readonly kind: 'refused'; readonly denial: Denial };

/** Text above this belongs on a worker. */
export const LARGE_STATEMENT_BYTES = largeTextBytes;

/** Text in, facts or a refusal out; never throws. Texts that differ only in literals share their facts, object for object. */
export class Analyser {
  readonly #parser: Parser;
  readonly #cache = new FactsCache<Analysis>();

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  static async load(): Promise<Analyser> {
    return new Analyser(await Parser.load());
  }

  isLarge(text: Buffer): boolean {
    return text.length > LARGE_STATEMENT_BYTES;
  }

  /** Resolves when the parser has an instance in reserve again. */
  async settled(): Promise<void> {
    await this.#parser.settled();
  }

  analyse(text: Buffer, scope: NameScope): Analysis {
    const denial = textDenial(text);
    if (denial !== null) return { kind: 'refused', denial };
    const key = cacheKey(text);
    const entries = this.#cache.of(scope.catalogue, scope.path);
    const known = key === null ? null : entries.get(key, text);
    if (known !== null) return known;
    try {
      const { analysis, literalsRead } = this.#fresh(text, scope);
      if (key !== null && analysis.kind === 'facts') entries.set(key, text, analysis, literalsRead);
      return analysis;
    } catch (error) {
      return { kind: 'refused', denial: error instanceof Refused ? error.denial : faultDenial(error) };
    }
  }

  #fresh(text: Buffer, scope: NameScope): { readonly analysis: Analysis; readonly literalsRead: boolean } {
    const shape = shapeDenial(text);
    if (shape !== null) return refusal(shape);
    const parsed = this.#parser.parse(text);
    if (!parsed.ok) return refusal(parsed.error);
    let { catalogue } = scope;
    const following = new PathInText(scope.path);
    const analysed = parsed.value.map((raw) => {
      const one = statementFacts(text, raw, { catalogue, path: following.path });
      // Each runs only if those before it have completed.
      following.follow(one.facts.effects);
      const own = afterEffects(catalogue.own, one.facts.effects);
      if (own !== catalogue.own) catalogue = catalogue.withOwn(own);
      return one;
    });
    return {
      analysis: Object.freeze({ kind: 'facts', statements: Object.freeze(analysed.map(({ facts }) => facts)) }),
      literalsRead: analysed.some((one) => one.literalsRead),
    };
  }
}

function statementFacts(text: Buffer, raw: RawStatement, scope: NameScope) {
  const normalised = ledgerText(text, raw.start, raw.end);
  if (normalised === null)
    throw notAnalysable('the text of the statement cannot be split into tokens', 'write it without unusual characters');
  const { facts, literalsRead } = analyseStatement(raw.tree, scope.catalogue, scope.path);
  // Unquoted, what the session states of itself would look like a name.
  const stated = facts.effects.find((effect) => effect.kind === 'stated');
  const shown =
    stated !== undefined
      ? statedText(normalised, stated)
      : facts.effects.some((effect) => effect.kind === 'setting')
        ? settingText(normalised)
        : normalised;
  return { facts: deepFreeze({ ...facts, normalised: shown }), literalsRead };
}

/** `SET a = b`: the value may be a word, which looks like a name. */
function settingText(normalised: string): string {
  return normalised.replace(/(=|\bto\b|\btime zone\b|\bnames\b)\s*.+$/is, '$1 ?');
}

function statedText(normalised: string, { name, value, local }: Extract<SessionEffect, { kind: 'stated' }>): string {
  if (/^reset/i.test(normalised)) return `RESET sluice.${name}`;
  return `SET ${local ? 'LOCAL ' : ''}sluice.${name} = ${value === null ? 'DEFAULT' : '?'}`;
}

function textDenial(text: Buffer): Denial | null {
  if (text.length > maxTextBytes) return shapeDenial(text);
  if (text.includes(0)) return invalidText('the statement holds a NUL character');
  return isUtf8(text) ? null : invalidText('the statement is not valid UTF-8');
}

function invalidText(message: string): Denial {
  return { code: 'invalid_text', message, hint: 'send the text as UTF-8' };
}

/** Refusals are not remembered: a restarting parser refuses too. */
function refusal(denial: Denial): { readonly analysis: Analysis; readonly literalsRead: boolean } {
  return { analysis: { kind: 'refused', denial }, literalsRead: true };
}

/** Out of stack, or a fault of ours: either way nothing is known of the statement. */
function faultDenial(error: unknown): Denial {
  if (error instanceof RangeError)
    return { code: 'limit_exceeded', message: 'the statement nests too deeply', hint: 'use fewer nested expressions' };
  return {
    code: 'not_analysable',
    message: 'the analysis of this statement failed',
    hint: 'write it differently, and report the statement',
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
