import type { SessionEffect } from '../core/facts.ts';

type Path = readonly string[] | 'unknown';

/**
 * The search path for the statements that follow in the same text: each runs only if those before it have completed, and
 * PostgreSQL looks its names up only then. Where it hangs on more than the text, it is `unknown`.
 */
export class PathInText {
  #path: Path;
  #moved = false;

  constructor(path: Path) {
    this.#path = path;
  }

  get path(): Path {
    return this.#path;
  }

  follow(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#follow(effect);
  }

  #follow(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'search-path':
        this.#moved = true;
        this.#path = effect.path ?? 'unknown';
        return;
      case 'opaque':
        this.#moved = true;
        this.#path = 'unknown';
        return;
      case 'commit':
      case 'rollback':
      case 'rollback-to':
        // May take back what was set before: in this text, or, which the session knows, before it.
        if (this.#moved) this.#path = 'unknown';
        return;
      default:
        return;
    }
  }
}
