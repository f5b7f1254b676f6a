/** Hashes of a full tile, entries of a full bundle (c2sp.org/tlog-tiles). */
export const tileWidth = 256;

/** Which tile, or which bundle of entries, and how much of it. */
export interface TilePath {
  /** The height in tiles, from the leaves at 0; `entries`: the bundle that belongs to the tile at level 0. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 256: full; less: the partial one for a tree that ends in it. */
  readonly width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, as the file lies below the public directory, and as it is fetched. */
export function formatTilePath({ level, index, width }: TilePath): string {
  const full = `tile/${level}/${formatIndex(index)}`;
  return width === tileWidth ? full : `${full}.p/${width}`;
}

/** The tile that `path` names, or null. One spelling each, so that nothing outside of the directory has one. */
export function parseTilePath(path: string): TilePath | null {
  const parts = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  const [, level = '', digits = '', width] = parts ?? [];
  if (parts === null) return null;
  const found = {
    level: level === 'entries' ? level : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  } as const;
  if (found.level !== 'entries' && found.level > topLevel) return null;
  if (!Number.isSafeInteger(found.index) || found.width < 1) return null;
  return formatTilePath(found) === path ? found : null;
}

/** Hashes (or entries) of the tile in a tree of `size` entries; 0: the tree ends before it. */
export function widthIn(size: number, { level, index }: Pick<TilePath, 'level' | 'index'>): number {
  return Math.max(0, Math.min(tileWidth, hashesIn(size, level) - index * tileWidth));
}

/** Full hashes at `level` in a tree of `size` entries. */
export function hashesIn(size: number, level: TilePath['level']): number {
  return Math.floor(size / leavesUnder(level));
}

/** Entries under one hash of a tile. */
export function leavesUnder(level: TilePath['level']): number {
  return level === 'entries' ? 1 : tileWidth ** level;
}

/** Levels that have a hash in a tree of `size` entries. */
export function levelsIn(size: number): number {
  let levels = 0;
  while (hashesIn(size, levels) > 0) levels++;
  return levels;
}

/** Three digits a part, `x` before all but the last: 1234067 is `x001/x234/067`. */
function formatIndex(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  return padded.replaceAll(/([0-9]{3})(?=[0-9])/g, 'x$1/');
}

const topLevel = 63;
