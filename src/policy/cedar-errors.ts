import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';

/** What Cedar says, in one line: message, what it expected, how it may be meant. */
export function errorText(error: DetailedError): string {
  const message = error.message.replace(/^(for policy `[^`]*`, |failed to parse policy from string: )/, '');
  const label = error.sourceLocations?.[0]?.label ?? null;
  const help = error.help?.replace(/^for policy `[^`]*`, /, '') ?? null;
  return [message, label, help].filter((part) => part !== null && part !== '').join('; ');
}

/** Cedar counts bytes of UTF-8, JavaScript code units of UTF-16. */
export function indexOfByte(text: string, byte: number): number {
  return Buffer.from(text).toString('utf8', 0, byte).length;
}
