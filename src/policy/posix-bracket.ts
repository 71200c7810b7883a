/** Bracket expressions of POSIX extended regular expressions, as glibc reads them in the C locale. */
import { fail, type Result, succeed } from '../lib/result.js';
import type { Cursor } from './posix-cursor.js';
import { type ByteRange, CHARACTER_CLASSES, complementOf, type PosixNode } from './posix-tree.js';

/** What stands between the brackets, one at a time. Only a byte can begin or end a range. */
type Element =
  | { readonly kind: 'byte'; readonly byte: number }
  | { readonly kind: 'class'; readonly ranges: readonly ByteRange[] };

const UNCLOSED = 'a bracket `[` is not closed';

/** Reads from behind the opening bracket to behind the closing one. */
export function parseBracket(cursor: Cursor): Result<PosixNode> {
  const isNegated = cursor.text[cursor.at] === '^';
  if (isNegated) cursor.at++;
  const ranges: ByteRange[] = [];
  // A `]` in the first place is an ordinary character.
  for (let isFirst = true; isFirst || cursor.text[cursor.at] !== ']'; isFirst = false) {
    if (cursor.at >= cursor.text.length) return fail(UNCLOSED);
    if (!isFirst && isMisplacedHyphen(cursor)) return fail('a `-` in brackets must be first, last or between two ends');
    const element = parseElement(cursor);
    if (!element.ok) return element;
    const range = parseRangeEnd(cursor, element.value);
    if (!range.ok) return range;
    ranges.push(...range.value);
  }
  cursor.at++;
  return succeed({ kind: 'set', ranges: isNegated ? complementOf(ranges) : ranges });
}

function isMisplacedHyphen({ text, at }: Cursor): boolean {
  return text[at] === '-' && text[at + 1] !== ']';
}

function parseElement(cursor: Cursor): Result<Element> {
  const { text, at } = cursor;
  const named = text[at] === '[' ? text[at + 1] : undefined;
  if (named === '.' || named === '=' || named === ':') return parseNamed(cursor, named);
  cursor.at++;
  const byte = text.charCodeAt(at);
  // Asterisk before 20.18, 22.8 and 23.2 sees bytes here, the later ones UTF-8 characters: no answer fits both.
  if (byte > 127) return fail('a character outside ASCII in brackets is not supported; write it as (a|b)');
  return succeed({ kind: 'byte', byte });
}

/** `[:name:]`, `[=x=]` or `[.x.]`, which in the C locale are a class and twice the character itself. */
function parseNamed(cursor: Cursor, sign: '.' | '=' | ':'): Result<Element> {
  const start = cursor.at + 2;
  // The name may itself begin with what would end it: `[[.].]]` is `]`, and `[[...]]` is `.`.
  const end = cursor.text.indexOf(`${sign}]`, start);
  if (end < 0) return fail(UNCLOSED);
  const name = cursor.text.slice(start, end);
  cursor.at = end + 2;
  if (sign === ':') {
    const ranges = CHARACTER_CLASSES.get(name);
    return ranges === undefined ? fail(`there is no character class [:${name}:]`) : succeed({ kind: 'class', ranges });
  }
  const byte = name.charCodeAt(0);
  if (name.length !== 1 || byte > 127) return fail(`there is no collating element \`${name}\``);
  // An equivalence class is no end of a range, even where it has one member.
  return succeed(sign === '=' ? { kind: 'class', ranges: [[byte, byte]] } : { kind: 'byte', byte });
}

/** The element alone, or the range that it begins. */
function parseRangeEnd(cursor: Cursor, first: Element): Result<readonly ByteRange[]> {
  if (first.kind === 'class') return succeed(first.ranges);
  const { text, at } = cursor;
  const alone: ByteRange = [first.byte, first.byte];
  if (text[at] !== '-' || text[at + 1] === ']') return succeed([alone]);
  cursor.at++;
  if (cursor.at >= text.length) return fail(UNCLOSED);
  const last = parseElement(cursor);
  if (!last.ok) return last;
  if (last.value.kind === 'class') return fail('a character class cannot end a range');
  if (last.value.byte < first.byte) return fail('a range in brackets runs backwards');
  return succeed([[first.byte, last.value.byte]]);
}
