/**
 * A name of the client's text as a refusal may repeat it. `where ssn = "123-45-6789"` is a common slip that makes a name of a
 * value: what does not look like a name is not shown.
 */
export function shownName(name: string | null): string {
  return name !== null && /^[A-Za-z_][A-Za-z0-9_ $]{0,62}$/.test(name) ? name : '?';
}

export function shownNames(parts: readonly (string | null)[]): string {
  return parts.map(shownName).join('.');
}
