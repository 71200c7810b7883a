/**
 * The grammar of POSIX extended regular expressions exactly as glibc's regcomp(REG_EXTENDED) reads it, its GNU
 * escapes included: this is what Asterisk compiles event filters with.
 */
import { fail, type Result, succeed } from '../lib/result.js';
import { parseBracket } from './posix-bracket.js';
import type { Cursor } from './posix-cursor.js';
import { isQuantifier, parseRepeats } from './posix-quantifier.js';
import type { ByteRange, PosixNode } from './posix-tree.js';
import { ANY_BYTE, byteNode, complementOf, type Place, partsOf, SPACE, WORD } from './posix-tree.js';

/** As long as the longest line that Asterisk's configuration reader takes. */
const LONGEST_PATTERN = 8192;
/** Groups in groups: far beyond any filter, well below what the engine's recursion bears. */
const DEEPEST_GROUP = 100;

const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['^', 'caret'],
  ['$', 'dollar'],
  ['\\`', 'text-start'],
  ["\\'", 'text-end'],
  ['\\b', 'word-edge'],
  ['\\B', 'no-word-edge'],
  ['\\<', 'word-start'],
  ['\\>', 'word-end'],
]);

const ESCAPED_SETS: ReadonlyMap<string, readonly ByteRange[]> = new Map([
  ['w', WORD],
  ['W', complementOf(WORD)],
  ['s', SPACE],
  ['S', complementOf(SPACE)],
]);

/** The tree of a pattern, or why glibc, or this gateway, refuses it. */
export function parsePosix(pattern: string): Result<PosixNode> {
  if (pattern.length > LONGEST_PATTERN) return fail(`a pattern of more than ${LONGEST_PATTERN} bytes is not supported`);
  if (pattern.includes('\0')) return fail('a NUL byte is not supported');
  return parseChoice({ text: pattern, at: 0 }, 0);
}

function parseChoice(cursor: Cursor, depth: number): Result<PosixNode> {
  const first = parseSequence(cursor, depth);
  if (!first.ok || cursor.text[cursor.at] !== '|') return first;
  const options = [first.value];
  while (cursor.text[cursor.at] === '|') {
    cursor.at++;
    const option = parseSequence(cursor, depth);
    if (!option.ok) return option;
    options.push(option.value);
  }
  return succeed({ kind: 'choice', options });
}

/** A branch; it may be empty, as in `a||b`, and then matches everywhere. */
function parseSequence(cursor: Cursor, depth: number): Result<PosixNode> {
  const parts: PosixNode[] = [];
  while (cursor.at < cursor.text.length) {
    const next = cursor.text[cursor.at];
    // Outside of any group a `)` is an ordinary character.
    if (next === '|' || (next === ')' && depth > 0)) break;
    const part = parsePiece(cursor, depth);
    if (!part.ok) return part;
    parts.push(...partsOf(part.value));
  }
  const [only, ...others] = parts;
  return succeed(only !== undefined && others.length === 0 ? only : { kind: 'sequence', parts });
}

function parsePiece(cursor: Cursor, depth: number): Result<PosixNode> {
  const next = cursor.text.charAt(cursor.at);
  if (isQuantifier(next)) return fail(`there is nothing for \`${next}\` to repeat`);
  const sign = next === '\\' ? cursor.text.slice(cursor.at, cursor.at + 2) : next;
  const place = PLACES.get(sign);
  if (place !== undefined) {
    cursor.at += sign.length;
    // No quantifier may follow: glibc then finds nothing to repeat.
    return succeed({ kind: 'place', place });
  }
  const atom = parseAtom(cursor, depth);
  return atom.ok ? parseRepeats(cursor, atom.value) : atom;
}

function parseAtom(cursor: Cursor, depth: number): Result<PosixNode> {
  const { text, at } = cursor;
  cursor.at++;
  switch (text[at]) {
    case '(':
      return parseGroup(cursor, depth + 1);
    case '[':
      return parseBracket(cursor);
    case '.':
      return succeed({ kind: 'set', ranges: ANY_BYTE });
    case '\\':
      return parseEscape(cursor);
    default:
      return succeed(byteNode(text.charCodeAt(at)));
  }
}

function parseGroup(cursor: Cursor, depth: number): Result<PosixNode> {
  if (depth > DEEPEST_GROUP) return fail(`more than ${DEEPEST_GROUP} nested groups are not supported`);
  const inside = parseChoice(cursor, depth);
  if (!inside.ok) return inside;
  if (cursor.text[cursor.at] !== ')') return fail('a group `(` is not closed');
  cursor.at++;
  return inside;
}

/** A backslash makes any byte literal but the GNU escapes and the digits 1 to 9; `\d` is a plain `d`. */
function parseEscape(cursor: Cursor): Result<PosixNode> {
  if (cursor.at >= cursor.text.length) return fail('a backslash ends the pattern');
  const escaped = cursor.text.charAt(cursor.at);
  cursor.at++;
  if (escaped >= '1' && escaped <= '9') return fail(`the back-reference \\${escaped} is not supported`);
  const ranges = ESCAPED_SETS.get(escaped);
  return succeed(ranges === undefined ? byteNode(escaped.charCodeAt(0)) : { kind: 'set', ranges });
}
