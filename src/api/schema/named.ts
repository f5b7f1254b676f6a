import type { TSchema, TUnsafe } from 'typebox';
import { Type } from 'typebox';

/** A schema with a name in the OpenAPI document. It lists exactly the fields of `T`: a field added there does not compile here. */
export function shape<T>(name: string, properties: Readonly<Record<keyof T, TSchema>>): Named<T> {
  return { name, schema: Type.Object({ ...properties }, { $id: name, additionalProperties: false }) };
}

export interface Named<T> {
  readonly name: string;
  readonly schema: TSchema;
  /** Only for inference; never set. */
  readonly '~type'?: T;
}

/** Refers to a named schema by its name. */
export function one<T>({ name }: Named<T>): TUnsafe<T> {
  return Type.Unsafe<T>(Type.Ref(`${name}#`));
}

export function listOf<T>(named: Named<T>): TUnsafe<readonly T[]> {
  return Type.Unsafe<readonly T[]>(Type.Array(one(named)));
}

export function nullable(schema: TSchema): TSchema {
  return Type.Union([schema, Type.Null()]);
}

/** A union of string literals, as the `enum` that most generators understand. */
export function oneOf(...values: readonly string[]): TSchema {
  return Type.Unsafe<string>({ type: 'string', enum: [...values] });
}

/** Counts that may pass 2^53 travel as decimal strings. */
export function bigCount(description: string): TSchema {
  return Type.String({ pattern: '^[0-9]+$', description });
}

export function moment(description: string): TSchema {
  return Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC, microseconds.` });
}
