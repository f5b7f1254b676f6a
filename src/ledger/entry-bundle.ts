/** An entry as it stands in a bundle: its length in two bytes, big-endian, and its bytes (c2sp.org/tlog-tiles). */
export function bundled(entry: Buffer): Buffer {
  if (entry.length > longest) throw new RangeError('an entry is longer than a bundle can hold');
  const framed = Buffer.allocUnsafe(lengthBytes + entry.length);
  framed.writeUInt16BE(entry.length);
  entry.copy(framed, lengthBytes);
  return framed;
}

/** The entries of a bundle, or null where its end is not the end of an entry. */
export function parseBundle(bundle: Buffer): readonly Buffer[] | null {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + lengthBytes <= bundle.length) {
    const end = at + lengthBytes + bundle.readUInt16BE(at);
    if (end > bundle.length) return null;
    entries.push(bundle.subarray(at + lengthBytes, end));
    at = end;
  }
  return at === bundle.length ? entries : null;
}

/** Where the first `count` entries of a bundle end that is whole. */
export function bundleEnd(bundle: Buffer, count: number): number {
  let end = 0;
  for (let entry = 0; entry < count && end < bundle.length; entry++) end += lengthBytes + bundle.readUInt16BE(end);
  return end;
}

const lengthBytes = 2;
const longest = 0xffff;
