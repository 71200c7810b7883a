/** From the tree of a POSIX expression to the syntax of RE2, whose engine needs time linear in the text. */
import { fail, type Result, succeed } from '../lib/result.js';
import { unreachable } from '../lib/unreachable.js';
import { settleAnchors } from './posix-anchors.js';
import { type ByteRange, childrenOf, type Place, type PosixNode, WORD } from './posix-tree.js';

/** RE2's own limit on one interval, and on the product of nested ones. */
const MOST_COPIES = 1000;
/** Each step may cost time at every byte of an event: far beyond any filter, and the worst we could write took 17 µs a byte. */
const MOST_STEPS = 2000;

const TOO_LARGE = `an expression of more than ${MOST_STEPS} steps is not supported`;

/** No byte at all. */
const NEVER = '[^\\x00-\\x{10FFFF}]';

const WORD_CLASS = '[0-9A-Z_a-z]';

const PLACES = {
  // Settled before anything is written; what they mean alone.
  caret: '\\A',
  dollar: '\\z',
  'text-start': '\\A',
  'text-end': '\\z',
  'line-start': '(?m:^)',
  'line-end': '(?m:$)',
  'word-edge': '\\b',
  'no-word-edge': '\\B',
  'word-start': `\\b(?<!${WORD_CLASS})`,
  'word-end': `\\b(?<=${WORD_CLASS})`,
} as const satisfies Record<Place, string>;

/** The expression for RE2, or why it would be too large. */
export function writeExpression(tree: PosixNode): Result<string> {
  if (copiesOf(tree) > MOST_COPIES) return fail(`repeating more than ${MOST_COPIES} times is not supported`);
  if (stepsOf(tree) > MOST_STEPS) return fail(TOO_LARGE);
  const settled = settleAnchors(tree);
  return stepsOf(settled) > MOST_STEPS ? fail(TOO_LARGE) : succeed(write(settled));
}

/** How often the most repeated part stands in the program. */
function copiesOf(node: PosixNode): number {
  const inside = childrenOf(node).reduce((most, child) => Math.max(most, copiesOf(child)), 1);
  return node.kind === 'repeat' ? Math.max(1, node.most ?? node.least) * inside : inside;
}

/** The approximate length of the program: every copy of every part. */
function stepsOf(node: PosixNode): number {
  const inside = childrenOf(node).reduce((total, child) => total + stepsOf(child), 0);
  switch (node.kind) {
    case 'set':
    case 'place':
      return 1;
    case 'sequence':
      return inside;
    case 'choice':
      return inside + node.options.length;
    case 'repeat': {
      const copies = node.most ?? node.least + 1;
      return copies * inside + copies - node.least;
    }
    default:
      return unreachable(node);
  }
}

function write(node: PosixNode): string {
  switch (node.kind) {
    case 'set':
      return writeSet(node.ranges);
    case 'place':
      return PLACES[node.place];
    case 'sequence':
      return writeSequence(node.parts);
    case 'choice':
      return `(?:${node.options.map(write).join('|')})`;
    case 'repeat': {
      const part = node.part.kind === 'set' ? write(node.part) : `(?:${write(node.part)})`;
      return part + writeBounds(node.least, node.most);
    }
    default:
      return unreachable(node);
  }
}

/**
 * `\<` directly before a word character is the same as `\b`, as is `\>` directly behind one; the lookbehind that the
 * general case needs would bar the engine's fast path.
 */
function writeSequence(parts: readonly PosixNode[]): string {
  return parts
    .map((part, index) => {
      if (part.kind !== 'place') return write(part);
      const isEdge =
        (part.place === 'word-start' && isWord(parts[index + 1])) ||
        (part.place === 'word-end' && isWord(parts[index - 1]));
      return isEdge ? PLACES['word-edge'] : PLACES[part.place];
    })
    .join('');
}

/** True for a node that always takes one byte of a word. */
function isWord(node: PosixNode | undefined): boolean {
  if (node?.kind !== 'set') return false;
  return node.ranges.every(([first, last]) => WORD.some(([from, to]) => from <= first && last <= to));
}

function writeBounds(least: number, most: number | null): string {
  if (most === null) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  if (least === 0 && most === 1) return '?';
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

function writeSet(ranges: readonly ByteRange[]): string {
  const [first, ...others] = ranges;
  if (first === undefined) return NEVER;
  if (others.length === 0 && first[0] === first[1]) return writeByte(first[0]);
  return `[${ranges.map(writeRange).join('')}]`;
}

function writeRange([first, last]: ByteRange): string {
  return first === last ? writeByte(first) : `${writeByte(first)}-${writeByte(last)}`;
}

/** Letters and digits stand for themselves, everything else is written as its number. */
function writeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}
