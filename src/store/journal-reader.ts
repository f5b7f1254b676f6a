import { open, readdir } from 'node:fs/promises';
import type { JournalSource } from '../ledger/journal-source.ts';
import { publicDirectoryName } from '../ledger/tile-source.ts';
import { openIfThere } from './open-if-there.ts';
import { tileDirectory } from './tile-directory.ts';

/** A ledger directory on disk: that of a running gateway, or a copy. Rejects where the directory cannot be read. */
export function journalDirectory(directory: string): JournalSource {
  return {
    files: async () => {
      const found = await readdir(directory, { withFileTypes: true });
      return found.map((file) => ({ name: file.name, regular: file.isFile() }));
    },
    small: async (name, limit) => {
      const file = await openIfThere(`${directory}/${name}`);
      if (file === null) return null;
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    read: (segment) => readSegment(`${directory}/${segment}`),
    published: tileDirectory(`${directory}/${publicDirectoryName}`),
  };
}

/** What is there when reading begins: a reader that followed the writer would never end. */
async function* readSegment(path: string): AsyncIterable<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let position = 0; position < size; ) {
      const length = Math.min(pieceBytes, size - position);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const pieceBytes = 256 * 1024;
