import type { FeedListener } from './change-feed.ts';
import type { Change } from './state-tables.ts';

/** Says when somebody may have been barred. The last to hear of changes, so that all copies hold them by then. */
export class Barring implements FeedListener {
  #listener: () => void = () => undefined;

  tell(listener: () => void): void {
    this.#listener = listener;
  }

  async changed(changes: readonly Change[]): Promise<void> {
    if (changes.some(({ kind }) => kind !== 'request' && kind !== 'grant')) this.#listener();
  }

  async reload(): Promise<void> {
    this.#listener();
  }
}
