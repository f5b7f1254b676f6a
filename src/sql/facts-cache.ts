import { Lru } from '../base/lru.ts';

/** Texts above this are analysed anew each time: the cache holds many texts, and a client chooses them. */
const maxCachedBytes = 16 * 1024;
const capacity = 2000;

/** Results by catalogue, search path and text. A catalogue that is dropped takes its entries with it. */
export class FactsCache<T extends object> {
  readonly #byCatalogue = new WeakMap<object, Map<string, CachedTexts<T>>>();
  #last: { readonly catalogue: object; readonly path: Path; readonly texts: CachedTexts<T> } | null = null;

  of(catalogue: object, path: Path): CachedTexts<T> {
    const last = this.#last;
    if (last !== null && last.catalogue === catalogue && last.path === path && Object.isFrozen(path)) return last.texts;
    let paths = this.#byCatalogue.get(catalogue);
    if (paths === undefined) {
      paths = new Map();
      this.#byCatalogue.set(catalogue, paths);
    }
    const key = typeof path === 'string' ? path : JSON.stringify(path);
    let texts = paths.get(key);
    if (texts === undefined) {
      // Clients choose their paths: only so many are remembered.
      if (paths.size >= maxPaths) paths.clear();
      texts = new CachedTexts();
      paths.set(key, texts);
    }
    this.#last = { catalogue, path, texts };
    return texts;
  }
}

const maxPaths = 16;

type Path = readonly string[] | 'unknown';

/** Where a literal was read, the result stands under the exact text; otherwise under the text without its literals. */
export class CachedTexts<T extends object> {
  readonly #byKey = new Lru<string, T | typeof literalsMatter>(capacity);
  readonly #byText = new Lru<string, T>(capacity);

  get(key: string, text: Buffer): T | null {
    const found = this.#byKey.get(key);
    if (found === undefined) return null;
    return found === literalsMatter ? (this.#byText.get(text.toString('latin1')) ?? null) : found;
  }

  set(key: string, text: Buffer, result: T, literalsRead: boolean): void {
    if (text.length > maxCachedBytes) return;
    this.#byKey.set(key, literalsRead ? literalsMatter : result);
    if (literalsRead) this.#byText.set(text.toString('latin1'), result);
  }
}

const literalsMatter = Symbol('literals matter');
