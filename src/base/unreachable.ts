/** Ends a `switch` over a union: a new member that is not handled does not compile, and throws if it arrives anyway. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
