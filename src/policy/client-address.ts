/** Addresses of clients, for counting: one spelling for each, and what belongs to one place. */

/** IPv4 as a dotted quad, also where it came mapped into IPv6; IPv6 in its short form, without a zone. */
export function canonicalAddress(address: string): string {
  const groups = groupsOf(address);
  if (groups === null) return address;
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]/`).hostname.slice(1, -1);
}

/** The place that limits and bans count: an IPv4 address, or the /64 of an IPv6 address, which one host has all of. */
export function networkOf(address: string): string {
  const canonical = canonicalAddress(address);
  const groups = groupsOf(canonical);
  if (groups === null) return canonical;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address; `null` for what is none. */
function groupsOf(address: string): readonly number[] | null {
  const literal = `http://[${address.replace(/%[\s\S]*/, '')}]/`;
  if (!URL.canParse(literal)) return null;
  // The URL has written a dotted tail as groups by now, so that only `::` is left to spell out.
  const [head = '', tail] = new URL(literal).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...missing, ...right].map((group) => Number.parseInt(group, 16));
}
