/** The quantifiers of POSIX extended regular expressions: `*`, `+`, `?` and intervals, as glibc reads them. */
import { fail, type Result, succeed } from '../lib/result.js';
import type { Cursor } from './posix-cursor.js';
import { childrenOf, type PosixNode } from './posix-tree.js';

interface Bounds {
  readonly least: number;
  readonly most: number | null;
}

/** glibc's RE_DUP_MAX. */
const MOST_REPEATS = 32767;

const REPEATED_CHARACTER = 'a repeated character outside ASCII is not supported; put it in ( )';
const REPEATED_ANCHOR = 'an anchor (^, $, \\b, \\<, …) in a part repeated by + or { } is not supported';

export function isQuantifier(character: string): boolean {
  return character !== '' && '*+?{'.includes(character);
}

/** Any number of quantifiers, each repeating all before it: `a+?` is `(a+)?`, never a lazy `+`. */
export function parseRepeats(cursor: Cursor, atom: PosixNode): Result<PosixNode> {
  let node = atom;
  while (isQuantifier(cursor.text.charAt(cursor.at))) {
    // Asterisk before 20.18, 22.8 and 23.2 repeats the last byte, the later ones the UTF-8 character.
    if (cursor.text.charCodeAt(cursor.at - 1) > 127) return fail(REPEATED_CHARACTER);
    const bounds = parseQuantifier(cursor);
    if (!bounds.ok) return bounds;
    // glibc forgets some of the anchors in the copies it makes here, so nobody can have meant what they do.
    if (isCopied(bounds.value) && holdsPlace(node)) return fail(REPEATED_ANCHOR);
    node = repeated(node, bounds.value);
  }
  return succeed(node);
}

/** True where glibc needs a second copy of the part: for anything but `*`, `?`, `{1}` and `{0}`. */
function isCopied({ least, most }: Bounds): boolean {
  return most === null ? least > 0 : most > 1;
}

function holdsPlace(node: PosixNode): boolean {
  return node.kind === 'place' || childrenOf(node).some(holdsPlace);
}

/** glibc takes `{,m}` for `{0,m}`, and knows a zero or a comma behind a backslash too. */
const INTERVAL = /\{((?:[0-9]|\\0)*)(?:(\\?,)((?:[0-9]|\\0)*))?\}/y;

function parseQuantifier(cursor: Cursor): Result<Bounds> {
  const sign = cursor.text[cursor.at];
  if (sign !== '{') {
    cursor.at++;
    return succeed({ least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : null });
  }
  INTERVAL.lastIndex = cursor.at;
  const interval = INTERVAL.exec(cursor.text);
  const [whole = '', first = '', comma = '', last = ''] = interval ?? [];
  if (interval === null || (first === '' && comma === '')) return fail('an interval `{` is malformed');
  cursor.at += whole.length;
  const least = countOf(first);
  const most = comma === '' ? least : last === '' ? null : countOf(last);
  if (most !== null && least > most) return fail('an interval runs backwards');
  if ((most ?? least) > MOST_REPEATS) return fail(`an interval is larger than ${MOST_REPEATS}`);
  return succeed({ least, most });
}

function countOf(digits: string): number {
  return Number(digits.replaceAll('\\', ''));
}

/** The same language with fewer nested repeats, so that a row of quantifiers does not nest without bound. */
function repeated(part: PosixNode, { least, most }: Bounds): PosixNode {
  if (most === 0 || (part.kind === 'sequence' && part.parts.length === 0)) return { kind: 'sequence', parts: [] };
  if (least === 1 && most === 1) return part;
  if (part.kind === 'repeat' && isSimple(part) && isSimple({ least, most })) {
    const isBounded = part.most !== null && most !== null;
    return { kind: 'repeat', part: part.part, least: part.least * least, most: isBounded ? 1 : null };
  }
  return { kind: 'repeat', part, least, most };
}

/** `*`, `+` or `?`. */
function isSimple({ least, most }: Bounds): boolean {
  return least <= 1 && (most === null || most === 1);
}
