/**
 * A socket's address as Cedar's `ipaddr` reads it: without a zone, an IPv4 address inside IPv6 as the IPv4 address that it
 * is. Null for anything else, a Unix socket or a range among them.
 */
export function ipAddress(source: string): string | null {
  const address = source.replace(/%.*$/s, '');
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1] ?? address;
  if (isIpv4(mapped)) return mapped;
  return isIpv6(address) ? address : null;
}

function isIpv4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || text === '') return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}
