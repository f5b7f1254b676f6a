/** `application/json`, without parameters: those may hold anything. */
export function essenceOf(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** `application/json` and `application/<anything>+json`, in UTF-8 as far as it says. */
export function isJsonType(type: string | null): boolean {
  if (type === null) return false;
  const [essence = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  if (!/^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)$/.test(essence)) return false;
  return parameters.every((parameter) => {
    const match = /^([a-z0-9_-]+)=("?)([a-z0-9_./:-]+)\2$/.exec(parameter);
    return match !== null && (match[1] !== 'charset' || match[3] === 'utf-8' || match[3] === 'utf8');
  });
}
