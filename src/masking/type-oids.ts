/** OIDs of `pg_type` that a transform has an honest value for. They are part of PostgreSQL's on-disk contract. */
export const typeOids = {
  name: 19,
  text: 25,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  uuid: 2950,
} as const;

/** Types whose text and binary forms are both the bytes of the string. */
export function isTextLike(typeOid: number): boolean {
  return (
    typeOid === typeOids.text ||
    typeOid === typeOids.varchar ||
    typeOid === typeOids.bpchar ||
    typeOid === typeOids.name
  );
}

/** Where the value of a cell ends: the blanks that pad a `character(n)` are not part of it. */
export function endOfValue(typeOid: number, source: Buffer, start: number, end: number): number {
  if (typeOid !== typeOids.bpchar) return end;
  let at = end;
  while (at > start && source[at - 1] === 0x20) at -= 1;
  return at;
}
