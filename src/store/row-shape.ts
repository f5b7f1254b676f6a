import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Instant } from '../base/clock.ts';
import { StateFault } from '../core/state-fault.ts';

/** JSON in a column, checked. What does not have the shape is a fault, not a guess; its text is not repeated. */
export function parseContent<Shape extends TSchema>(shape: Shape, table: string, text: string): Static<Shape> {
  const content = json(text);
  if (!Check(shape, content)) throw malformed(table);
  return content;
}

/** A row of `table` was not written by a Sluice, or was changed by hand. */
export function malformed(table: string): StateFault {
  return new StateFault(`the state holds a row of ${table} that is malformed`);
}

/** Fields that this version does not know are kept: an instance of the next one may have written them. */
export function record<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties);
}

/** A branded string. */
export function id<T extends string>() {
  return Type.Unsafe<T>(Type.String({ minLength: 1 }));
}

export function oneOf<const Value extends string>(...values: readonly Value[]) {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values] });
}

export function nullable<Shape extends TSchema>(shape: Shape) {
  return Type.Union([shape, Type.Null()]);
}

export const moment = Type.Unsafe<Instant>(Type.Integer());
export const text = Type.String();
export const texts = Type.Array(Type.String());

function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
