import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type CellWriter, sqlNull } from '../cell-writer.ts';
import type { MaskedType } from '../masked-type.ts';
import { endOfValue, isTextLike, typeOids } from '../type-oids.ts';
import { nullify } from './nullify.ts';

/**
 * `tokenize`: the same value of the same class always becomes the same token, under a key of the tenant: rows can still be
 * joined and counted. Strings become `tok_` and 26 characters, a uuid becomes a version 8 UUID; NULL elsewhere. A token is a
 * pseudonym: whoever may ask for guessed values learns whether they occur.
 */
export function tokenize(column: MaskedType, key: Buffer): CellWriter {
  // Prepared once: a key given as bytes costs four times the digest itself.
  const prepared = createSecretKey(key);
  if (isTextLike(column.typeOid)) return textTokens(column.typeOid, prepared);
  if (column.typeOid !== typeOids.uuid) return nullify;
  return column.format === 1 ? binaryUuids(prepared) : textUuids(prepared);
}

function textTokens(typeOid: number, key: KeyObject): CellWriter {
  return {
    bound: () => 30,
    write: (source, start, end, sink, at) => {
      const digest = digestOf(key, source.subarray(start, endOfValue(typeOid, source, start, end)));
      return sink.write(`tok_${base32(digest)}`, at, 'latin1');
    },
  };
}

function binaryUuids(key: KeyObject): CellWriter {
  return {
    bound: () => 16,
    write: (source, start, end, sink, at) => {
      if (end - start !== 16) return sqlNull;
      return uuidOf(key, source.subarray(start, end)).copy(sink, at);
    },
  };
}

/** The token is of the sixteen bytes, so that both formats agree. */
function textUuids(key: KeyObject): CellWriter {
  return {
    bound: () => 36,
    write: (source, start, end, sink, at) => {
      const text = end - start === 36 ? source.toString('latin1', start, end) : '';
      if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return sqlNull;
      const hex = uuidOf(key, Buffer.from(text.replaceAll('-', ''), 'hex')).toString('hex');
      const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
      return sink.write(parts.join('-'), at, 'latin1');
    },
  };
}

/** RFC 9562, 5.8: 122 bits of the digest, version 8, variant 10. */
function uuidOf(key: KeyObject, bytes: Buffer): Buffer {
  const uuid = digestOf(key, bytes);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}

function digestOf(key: KeyObject, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest().subarray(0, 16);
}

/** RFC 4648 base 32 in lower case without padding: 128 bits in 26 characters. */
function base32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(pending << (5 - bits)) & 31];
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
