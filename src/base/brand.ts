declare const brand: unique symbol;

/** A `T` that only a parse function can make: `Brand<string, 'SessionId'>` is not any string. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
