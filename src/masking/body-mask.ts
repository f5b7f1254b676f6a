import { type JsonKind, stringOf } from '../base/strict-json.ts';
import type { BodyMask, MaskedField } from '../core/body-mask.ts';
import type { FieldRule } from '../core/http-connection.ts';
import { type CellWriter, sqlNull } from './cell-writer.ts';
import { replaceFields, type SoughtField } from './field-masker.ts';
import { parseFieldPath } from './field-path.ts';
import type { MaskingSettings } from './masking-settings.ts';
import { transformOf } from './preset.ts';
import type { TokenKeys } from './token-keys.ts';
import { typeOids } from './type-oids.ts';
import { writerOf } from './writer-of.ts';

/**
 * The mask of the answers of a route. `unmasked` are the paths that policy grants by name: they are not looked for.
 *
 * A string becomes what its class's transform makes of it; a number, a boolean or an object becomes null, since no other value of
 * its kind is honest. Where fields of different classes meet in one value, it becomes null.
 */
export function planBodyMask(
  rules: readonly FieldRule[],
  unmasked: readonly string[],
  settings: MaskingSettings,
  keys: TokenKeys,
): BodyMask {
  const fields = rules
    .filter(({ path }) => !unmasked.includes(path))
    .map((rule, index) => fieldOf(rule, index, settings, keys));
  return {
    fields: fields.map(({ shown }) => shown),
    mask: (body) => replaceFields(body, fields, masked),
  };
}

interface Field extends SoughtField {
  readonly writer: CellWriter;
  readonly shown: MaskedField;
}

function fieldOf(rule: FieldRule, index: number, settings: MaskingSettings, keys: TokenKeys): Field {
  const path = parseFieldPath(rule.path);
  if (!path.ok) throw new Error('a path that the configuration would not have accepted');
  const transform = transformOf(settings, rule.class);
  return {
    index,
    path: path.value,
    writer: writerOf(transform, jsonString, rule.class, keys),
    shown: { path: rule.path, class: rule.class, transform: transform.kind },
  };
}

/** A string of a JSON text is what a `text` column is to a transform. */
const jsonString = { typeOid: typeOids.text, format: 0 } as const;

function masked(fields: readonly Field[], kind: JsonKind, body: Buffer, start: number, end: number): string {
  const [first] = fields;
  if (kind !== 'string' || first === undefined) return nothing;
  if (fields.some(({ shown }) => shown.class !== first.shown.class)) return nothing;
  return maskedString(first.writer, body, start, end) ?? nothing;
}

/** The JSON of the masked string; null where there is none. What stands between quotes without escapes is the value itself. */
function maskedString(writer: CellWriter, body: Buffer, start: number, end: number): string | null {
  const plain = isPlain(body, start + 1, end - 1);
  const source = plain ? body : Buffer.from(stringOf(body, start, end));
  const from = plain ? start + 1 : 0;
  const to = plain ? end - 1 : source.length;
  const sink = scratchFor(writer.bound(to - from));
  const written = writer.write(source, from, to, sink, 0);
  if (written === sqlNull) return null;
  return isPlain(sink, 0, written)
    ? `"${sink.toString('latin1', 0, written)}"`
    : JSON.stringify(sink.toString('utf8', 0, written));
}

/** Printable ASCII that JSON has no escapes for. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}

/** Written and read within one call. */
const scratch = Buffer.alloc(4096);

function scratchFor(length: number): Buffer {
  return length <= scratch.length ? scratch : Buffer.alloc(length);
}

const nothing = 'null';
