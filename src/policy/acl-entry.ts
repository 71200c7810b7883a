/** The text of one ACL entry, `[!]address[/mask]`, taken apart as Asterisk and glibc's getaddrinfo take it. */

export interface AclEntryParts {
  readonly inverted: boolean;
  readonly address: string;
  /** `null` without a slash, which is not the same as an empty mask. */
  readonly mask: string | null;
}

/** An address in the one spelling that no library can misread: a dotted quad, or IPv6 in hexadecimal groups without zone. */
export interface AddressSpelling {
  readonly family: 4 | 6;
  readonly text: string;
}

/** No part has a leading zero: to some that is octal. */
const DOTTED_QUAD = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

export function splitEntry(entry: string): AclEntryParts {
  const slash = entry.indexOf('/');
  const beforeMask = slash < 0 ? entry : entry.slice(0, slash);
  const inverted = beforeMask.startsWith('!');
  const mask = slash < 0 ? null : entry.slice(slash + 1);
  return { inverted, address: inverted ? beforeMask.slice(1) : beforeMask, mask };
}

/** A rule's address: brackets are allowed, a port is not; what follows `]` is ignored, as in ast_sockaddr_split_hostport. */
export function spellRuleAddress(text: string): AddressSpelling | null {
  if (!text.startsWith('[')) return spellHost(text);
  const close = text.indexOf(']');
  if (text[close + 1] === ':') return null;
  return spellHost(close < 0 ? text.slice(1) : text.slice(1, close));
}

/** A peer's address as a socket tells it: a dotted quad, or IPv6 perhaps with a zone. `null` for anything else. */
export function spellPeerAddress(text: string): AddressSpelling | null {
  return text.includes(':') ? spellIpv6(text) : spellDottedQuad(text);
}

/** The leading integer of a mask, as scanf reads it: `24abc` is 24, and `0x18` is 0. `null` if it is none or too big. */
export function parsePrefixLength(mask: string, longest: number): number | null {
  const length = Number(/^[\t-\r ]*[+-]?\d+/.exec(mask)?.[0]);
  return length >= 0 && length <= longest ? Math.abs(length) : null;
}

/** What the writer of an entry that holds no address may have meant. */
export function addressHint(entry: string): string {
  if (entry === '') return 'an entry is empty; look for a comma too many';
  if (entry.includes('#')) return '# does not begin a comment here; use ;';
  if (/\s/.test(entry)) return 'no blanks are allowed inside the list';
  if (/\.\d+:\d+$/.test(entry)) return 'no port is allowed here';
  return 'addresses must be numeric';
}

function spellHost(host: string): AddressSpelling | null {
  return host.includes(':') ? spellIpv6(host) : spellInetAton(host);
}

function spellDottedQuad(text: string): AddressSpelling | null {
  return DOTTED_QUAD.test(text) ? spellInetAton(text) : null;
}

/** The forms of inet_aton: one to four parts, decimal, octal or hexadecimal; the last part fills what is left. */
function spellInetAton(text: string): AddressSpelling | null {
  const numbers = text.split('.').map(parseInetAtonPart);
  const last = numbers.pop() ?? null;
  if (numbers.length > 3 || last === null || last >= 256 ** (4 - numbers.length)) return null;
  let value = last;
  for (const [index, part] of numbers.entries()) {
    if (part === null || part > 255) return null;
    value += part * 256 ** (3 - index);
  }
  return { family: 4, text: dottedQuad(value) };
}

function parseInetAtonPart(part: string): number | null {
  if (/^0[xX][0-9a-fA-F]{1,16}$/.test(part)) return Number(part);
  if (/^0[0-7]{0,24}$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9]\d{0,10}$/.test(part) ? Number(part) : null;
}

/** The address of this number. */
export function dottedQuad(value: number): string {
  return [16777216, 65536, 256, 1].map((unit) => Math.floor(value / unit) % 256).join('.');
}

/** IPv6 without its zone; whether the groups form an address is left to the library. */
function spellIpv6(text: string): AddressSpelling | null {
  const percent = text.indexOf('%');
  const address = percent < 0 ? text : text.slice(0, percent);
  if (percent >= 0 && !isZoneOf(address, text.slice(percent + 1))) return null;
  const groups = withHexTail(address);
  return groups !== null && /^[0-9a-fA-F:]{2,39}$/.test(groups) ? { family: 6, text: groups } : null;
}

/** Only link-local addresses have zones with names; a number is taken anywhere, as by getaddrinfo. */
function isZoneOf(address: string, zone: string): boolean {
  if (/^\d{1,10}$/.test(zone)) return true;
  return /^(?:fe[89ab][0-9a-f]|ff[0-9a-f]2):/i.test(address) && /^[\w.:-]{1,32}$/.test(zone);
}

/** `::1.2.3.4` as `::102:304`: left to the library, a dotted tail would pass for an IPv4 address of its own. */
function withHexTail(address: string): string | null {
  if (!address.includes('.')) return address;
  const colon = address.lastIndexOf(':');
  const [a, b, c, d] =
    spellDottedQuad(address.slice(colon + 1))
      ?.text.split('.')
      .map(Number) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
  return `${address.slice(0, colon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
