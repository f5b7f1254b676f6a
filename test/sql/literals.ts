import fc from 'fast-check';

/** A literal of any spelling; strings hold `secret`, numbers at least two digits. */
export function literal(secret: string): fc.Arbitrary<string> {
  const noise = fc.string({
    unit: fc.constantFrom('a', ' ', '"', '$', '-', '/*', '*/', '\n', ';', '?', 'é', '%'),
    maxLength: 6,
  });
  const body = fc.tuple(noise, noise).map(([before, after]) => `${before}${secret}${after}`);
  return fc.oneof(
    body.map((text) => `'${text}'`),
    body.map((text) => `'${text}'''`.replace(`'''`, `''x'`)),
    body.map((text) => `E'${text}\\''`),
    body.map((text) => `U&'${text}'`),
    body.filter((text) => !text.includes('$')).map((text) => `$$${text}$$`),
    body.filter((text) => !text.includes('$')).map((text) => `$q1$${text}$q1$`),
    fc.integer({ min: 10, max: 999_999 }).map(String),
    fc.integer({ min: 10, max: 999 }).map((value) => `${value}.${value}e5`),
    fc.integer({ min: 16, max: 999 }).map((value) => `0x${value}`),
    fc.constantFrom("B'0101'", "x'12AB'"),
  );
}

/** A statement with these literals in places of all sorts. */
export function statementWith(literals: readonly string[]): string {
  return `select zip from patients where status = ${literals.join(' or status = ')} -- done`;
}
