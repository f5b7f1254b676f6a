import { open } from 'node:fs/promises';
import type { Entry } from '../ledger/entry.ts';
import { parseSegmentName } from '../ledger/journal-line.ts';
import type { JournalSource } from '../ledger/journal-source.ts';

/** An entry with its index, as the ledger's readers are shown it. */
export interface TailEntry {
  readonly index: string;
  readonly entry: Entry;
}

/** Most entries that one call answers. */
export const tailLimit = 10_000;

/** The newest `count` whole entries, oldest first, read from the end of the log: its length does not matter. */
export async function tailEntries(
  directory: string,
  source: JournalSource,
  count: number,
): Promise<readonly TailEntry[]> {
  const wanted = Math.min(Math.max(Math.trunc(count), 0), tailLimit);
  const segments = (await source.files()).map((file) => file.name).filter((name) => parseSegmentName(name) !== null);
  let lines: string[] = [];
  for (const name of segments.sort().reverse()) {
    if (lines.length >= wanted) break;
    lines = [...(await lastLines(`${directory}/${name}`, wanted - lines.length)), ...lines];
  }
  return lines.map(readLine);
}

async function lastLines(path: string, wanted: number): Promise<readonly string[]> {
  const file = await open(path, 'r');
  try {
    let start = (await file.stat()).size;
    let bytes: Buffer = Buffer.alloc(0);
    // One newline more than lines: the first line of what was read may have begun before it.
    while (start > 0 && newlines(bytes) <= wanted) {
      const length = Math.min(pieceBytes, start);
      start -= length;
      const piece = await file.read(Buffer.alloc(length), 0, length, start);
      bytes = Buffer.concat([piece.buffer.subarray(0, piece.bytesRead), bytes]);
    }
    const lines = bytes.toString('utf8', 0, bytes.lastIndexOf(newline) + 1).split('\n');
    lines.pop();
    if (start > 0) lines.shift();
    return wanted === 0 ? [] : lines.slice(-wanted);
  } finally {
    await file.close();
  }
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

function readLine(line: string): TailEntry {
  const index = line.indexOf(' ');
  const entry = line.indexOf(' ', index + 1);
  return { index: line.slice(0, index), entry: JSON.parse(line.slice(entry + 1)) as Entry };
}

const newline = 0x0a;
const pieceBytes = 256 * 1024;
