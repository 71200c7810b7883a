/**
 * Address ACLs with Asterisk's semantics (ami-spec 4.4): within a rule set the last match wins and the default is to
 * permit; a user's address must pass every set; a rule speaks only about its own family, and a mapped IPv6 address is
 * an IPv4 address. One file, because it is the one that may know ip-cidr.
 */
import IPCIDR from 'ip-cidr';
import { fail, type Result, succeed } from '../lib/result.js';
import {
  type AddressSpelling,
  addressHint,
  dottedQuad,
  parsePrefixLength,
  spellPeerAddress,
  spellRuleAddress,
  splitEntry,
} from './acl-entry.js';

export type AclSense = 'permit' | 'deny';

/** One `permit =` or `deny =` line; its text is a comma-separated list of entries. */
export interface AclLine {
  readonly sense: AclSense;
  readonly text: string;
  /** `file:line` where it is written; `null` where no file holds it. For people: no decision reads it. */
  readonly place: string | null;
}

/** Why a line cannot be compiled. Asterisk deletes the user for it, and so do we. */
export interface AclFault {
  /** Which of the given lines, from 0. */
  readonly lineIndex: number;
  readonly entry: string;
  readonly message: string;
  readonly hint: string | null;
}

interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** The addresses of one entry: a range where the mask is a prefix, else the bits that must be equal. */
type AddressBlock =
  | { readonly kind: 'range'; readonly first: bigint; readonly last: bigint }
  | { readonly kind: 'bits'; readonly network: bigint; readonly mask: bigint };

interface AclRule {
  readonly family: 4 | 6;
  readonly sense: AclSense;
  readonly block: AddressBlock;
  readonly line: AclLine;
}

/** The permit and deny lines of one section, compiled, in order. */
export interface RuleSet {
  readonly rules: readonly AclRule[];
}

/** A user's whole ACL. */
export type Acl = { readonly kind: 'refuse-all' } | { readonly kind: 'rule-sets'; readonly sets: readonly RuleSet[] };

/** What an ACL says of one address, and the lines that say it. */
export type AddressVerdict =
  | { readonly kind: 'permitted'; readonly by: readonly AclLine[] }
  /** `null`: there is no line to blame, nobody may come. */
  | { readonly kind: 'denied'; readonly by: AclLine | null };

/** The ACL of a user who names an ACL that does not exist: the user stays, every address is refused. */
export const REFUSE_ALL: Acl = { kind: 'refuse-all' };

/** Compiles the lines of one section; the first bad entry refuses them all. */
export function compileRuleSet(lines: readonly AclLine[]): Result<RuleSet, AclFault> {
  const rules: AclRule[] = [];
  for (const [lineIndex, line] of lines.entries()) {
    for (const entry of line.text.split(',')) {
      const rule = compileEntry(line, entry);
      if (!rule.ok) return fail({ lineIndex, entry, ...rule.failure });
      rules.push(rule.value);
    }
  }
  return succeed({ rules });
}

/** The ACL of a user: the section's own lines (`null` if it has none), then each named ACL, all of which must permit. */
export function aclOf(baseline: RuleSet | null, named: readonly RuleSet[]): Acl {
  return { kind: 'rule-sets', sets: baseline === null ? named : [baseline, ...named] };
}

/** True when this peer may log in. The address is written as Node writes a socket's; one that cannot be read is refused. */
export function permits(acl: Acl, address: string): boolean {
  return judgeAddress(acl, address).kind === 'permitted';
}

/** The same with the line of each rule set that decides; a set without one permits. */
export function judgeAddress(acl: Acl, address: string): AddressVerdict {
  const peer = acl.kind === 'refuse-all' ? null : readPeer(address);
  if (acl.kind === 'refuse-all' || peer === null) return { kind: 'denied', by: null };
  const deciding = acl.sets.flatMap((set) => findDeciding(set, peer) ?? []);
  const denial = deciding.find((rule) => rule.sense === 'deny');
  return denial === undefined
    ? { kind: 'permitted', by: deciding.map(({ line }) => line) }
    : { kind: 'denied', by: denial.line };
}

/** True when nothing in it can refuse an address, however many rules there are: without a `deny` a list restricts nothing. */
export function permitsEverybody(acl: Acl): boolean {
  return acl.kind === 'rule-sets' && acl.sets.every((set) => set.rules.every((rule) => rule.sense === 'permit'));
}

/** One connection is asked about several times, and reading its address costs more than all rules: the last ones are kept. */
function readPeer(address: string): Address | null {
  const known = READ_PEERS.get(address);
  if (known !== undefined) return known;
  const peer = readAddress(spellPeerAddress(address));
  if (READ_PEERS.size >= MOST_READ_PEERS) READ_PEERS.clear();
  READ_PEERS.set(address, peer);
  return peer;
}

const READ_PEERS = new Map<string, Address | null>();
const MOST_READ_PEERS = 1024;

/** Last match wins, as in Asterisk's ast_apply_ha. */
function findDeciding(set: RuleSet, peer: Address): AclRule | undefined {
  return set.rules.findLast((rule) => rule.family === peer.family && contains(rule.block, peer));
}

function contains(block: AddressBlock, peer: Address): boolean {
  if (block.kind === 'range') return block.first <= peer.bits && peer.bits <= block.last;
  return (peer.bits & block.mask) === block.network;
}

function compileEntry(
  line: AclLine,
  entry: string,
): Result<AclRule, { readonly message: string; readonly hint: string | null }> {
  const parts = splitEntry(entry);
  const address = readAddress(spellRuleAddress(parts.address));
  if (address === null) return fail({ message: `invalid address '${parts.address}'`, hint: addressHint(entry) });
  const block = compileBlock(address, parts.mask);
  if (block === null) {
    const hint = `the mask of an IPv${address.family} address is 0 to ${longestPrefix(address)}, or an address of that family`;
    return fail({ message: `invalid mask in '${entry}'`, hint });
  }
  return succeed({ family: address.family, sense: parts.inverted ? opposite(line.sense) : line.sense, block, line });
}

function compileBlock(address: Address, mask: string | null): AddressBlock | null {
  if (mask !== null && /[.:]/.test(mask)) {
    const bits = readAddress(spellRuleAddress(mask));
    if (bits?.family !== address.family) return null;
    // ip-cidr knows prefixes only; a mask such as 255.0.0.255 is arithmetic on the addresses it read.
    return { kind: 'bits', network: address.bits & bits.bits, mask: bits.bits };
  }
  const longest = longestPrefix(address);
  const prefix = mask === null ? longest : parsePrefixLength(mask, longest);
  return prefix === null ? null : rangeOf(address, prefix);
}

function longestPrefix(address: Address): number {
  return address.family === 4 ? 32 : 128;
}

function opposite(sense: AclSense): AclSense {
  return sense === 'permit' ? 'deny' : 'permit';
}

function readAddress(spelling: AddressSpelling | null): Address | null {
  if (spelling === null || !IPCIDR.isValidAddress(spelling.text)) return null;
  const bits = IPCIDR.formatIP<bigint>(IPCIDR.createAddress(spelling.text), { type: 'bigInteger' });
  const isMapped = bits >> 32n === 0xffffn;
  return isMapped ? { family: 4, bits: bits & 0xffffffffn } : { family: spelling.family, bits };
}

function rangeOf(address: Address, prefix: number): AddressBlock {
  const cidr = new IPCIDR(`${writeAddress(address)}/${prefix}`);
  const [first, last] = cidr.toRange<bigint>({ type: 'bigInteger' });
  return { kind: 'range', first, last };
}

function writeAddress(address: Address): string {
  if (address.family === 4) return dottedQuad(Number(address.bits));
  const digits = address.bits.toString(16).padStart(32, '0');
  return (digits.match(/.{4}/g) ?? []).join(':');
}
