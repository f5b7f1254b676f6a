import { err, ok, type Result } from '../base/result.ts';

/** An object of a JSON text. Read it with {@link member}: a name that the text chose may be one that every object has. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses strictly: valid UTF-8, an object, and no member stated twice at any depth. Two parsers that choose differently
 * between `"aud":"a"` and `"aud":"b"` would believe different things of one signature (RFC 8725, 2.4). The error is a phrase.
 */
export function parseJsonObject(bytes: Buffer): Result<JsonObject, string> {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return err('is not JSON');
  }
  if (!isJsonObject(value)) return err('is not a JSON object');
  return repeatsMember(text) ? err('states a member twice') : ok(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own member of this name, or undefined. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Walks a text that is known to be JSON: names are the strings that a colon follows. */
function repeatsMember(text: string): boolean {
  const open: Set<string>[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;
  for (const match of text.matchAll(token)) {
    const [lexeme, colon] = match;
    if (lexeme === '{') open.push(new Set());
    else if (lexeme === '}') open.pop();
    else if (colon !== undefined) {
      // Escapes are undone: "\u0061ud" is "aud".
      const name: unknown = JSON.parse(lexeme.slice(0, -colon.length));
      const names = open.at(-1);
      if (typeof name !== 'string' || names === undefined || names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
