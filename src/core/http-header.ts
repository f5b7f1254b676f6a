/** A header as it came, its name in small letters. A name may be there more than once. */
export type Header = readonly [name: string, value: string];
