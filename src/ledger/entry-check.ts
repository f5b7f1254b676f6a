import { CanonicalFault, canonicalJson } from './canonical.ts';
import { entryLimit } from './entry.ts';

/**
 * What is wrong with the text of an entry, as a phrase, or null. Types and fields that this version does not know are
 * accepted: entries are only ever extended, and an older reader must be able to verify a newer log.
 */
export function entryFault(text: string, instance: string | null): string | null {
  if (Buffer.byteLength(text) > entryLimit) return `is larger than ${entryLimit} bytes`;
  const entry = parse(text);
  if (entry === null) return 'is not a JSON object';
  if (!isCanonical(entry, text)) return 'is not in canonical form';
  if (entry.v !== 1) return 'has a version other than 1';
  if (!matches(entry.type, /^[a-z]+(\.[a-z-]+)+$/)) return 'has no type';
  if (!matches(entry.id, /^ent_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))
    return 'has no id';
  if (!matches(entry.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)) return 'has no time';
  if (typeof entry.tenant !== 'string' || entry.tenant === '') return 'names no tenant';
  if (typeof entry.instance !== 'string' || entry.instance === '') return 'names no instance';
  if (instance !== null && entry.instance !== instance) return 'was written for another instance';
  return null;
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function isCanonical(entry: Readonly<Record<string, unknown>>, text: string): boolean {
  try {
    return canonicalJson(entry) === text;
  } catch (fault) {
    if (fault instanceof CanonicalFault) return false;
    throw fault;
  }
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
