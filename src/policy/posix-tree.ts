/** A parsed POSIX extended regular expression over bytes: what it means, without the ways to write it. */

import { unreachable } from '../lib/unreachable.js';

/** First and last byte, both included. */
export type ByteRange = readonly [number, number];

/** A position that takes no byte. `caret` and `dollar` are `^` and `$` as written; posix-anchors settles what they mean. */
export type Place =
  | 'caret'
  | 'dollar'
  | 'text-start'
  | 'text-end'
  | 'line-start'
  | 'line-end'
  | 'word-edge'
  | 'no-word-edge'
  | 'word-start'
  | 'word-end';

export type PosixNode =
  | { readonly kind: 'set'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly PosixNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PosixNode[] }
  | { readonly kind: 'repeat'; readonly part: PosixNode; readonly least: number; readonly most: number | null };

/** The classes of the C locale: ASCII only. */
export const CHARACTER_CLASSES: ReadonlyMap<string, readonly ByteRange[]> = new Map<string, readonly ByteRange[]>([
  ['alnum', rangesOf('09', 'AZ', 'az')],
  ['alpha', rangesOf('AZ', 'az')],
  ['blank', rangesOf('\t\t', '  ')],
  ['cntrl', rangesOf('\x01\x1f', '\x7f\x7f')],
  ['digit', rangesOf('09')],
  ['graph', rangesOf('!~')],
  ['lower', rangesOf('az')],
  ['print', rangesOf(' ~')],
  ['punct', rangesOf('!/', ':@', '[`', '{~')],
  ['space', rangesOf('\t\r', '  ')],
  ['upper', rangesOf('AZ')],
  ['xdigit', rangesOf('09', 'AF', 'af')],
]);

/** `\w`, and what `\b` and its kin call a word. */
export const WORD: readonly ByteRange[] = rangesOf('09', 'AZ', '__', 'az');
export const SPACE: readonly ByteRange[] = rangesOf('\t\r', '  ');
/** `.`: line ends included, as Asterisk compiles without REG_NEWLINE; NUL ends a C string and never appears. */
export const ANY_BYTE: readonly ByteRange[] = [[1, 255]];

/** Every byte but NUL that is not in `ranges`. */
export function complementOf(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const complement: ByteRange[] = [];
  let next = 1;
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (first > next) complement.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= 255) complement.push([next, 255]);
  return complement;
}

export function byteNode(byte: number): PosixNode {
  return { kind: 'set', ranges: [[byte, byte]] };
}

/** The one byte that a node stands for; `null` where it is anything else. */
export function onlyByte(node: PosixNode): number | null {
  if (node.kind !== 'set') return null;
  const [range, ...others] = node.ranges;
  return range !== undefined && others.length === 0 && range[0] === range[1] ? range[0] : null;
}

export function childrenOf(node: PosixNode): readonly PosixNode[] {
  switch (node.kind) {
    case 'set':
    case 'place':
      return [];
    case 'sequence':
      return node.parts;
    case 'choice':
      return node.options;
    case 'repeat':
      return [node.part];
    default:
      return unreachable(node);
  }
}

export function mapChildren(node: PosixNode, change: (child: PosixNode) => PosixNode): PosixNode {
  switch (node.kind) {
    case 'set':
    case 'place':
      return node;
    case 'sequence':
      return { kind: 'sequence', parts: node.parts.map(change) };
    case 'choice':
      return { kind: 'choice', options: node.options.map(change) };
    case 'repeat':
      return { ...node, part: change(node.part) };
    default:
      return unreachable(node);
  }
}

/** The options of a choice; any other node is its own only option. */
export function optionsOf(node: PosixNode): readonly PosixNode[] {
  return node.kind === 'choice' ? node.options : [node];
}

/** The parts of a sequence; any other node is its own only part. */
export function partsOf(node: PosixNode): readonly PosixNode[] {
  return node.kind === 'sequence' ? node.parts : [node];
}

/** Each pair is the first and the last character of a range. */
function rangesOf(...pairs: readonly string[]): readonly ByteRange[] {
  return pairs.map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]);
}
