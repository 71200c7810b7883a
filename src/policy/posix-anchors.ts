/**
 * What `^` and `$` mean to glibc without REG_NEWLINE. They are the ends of the whole text, with one exception
 * that working filters may rely on: `^` also holds behind a line feed that the match itself has taken, and `$` before one
 * that it will take. So `^Context` finds no second line, but `Newchannel.*^Context` does.
 *
 * A tree is rewritten until each anchor knows which of the two it is. `^` is `text-start` where the match has taken
 * nothing yet, and `line-start` where it has; a part that may take nothing is split into its empty and its taking form.
 * `$` is the same, read backwards.
 */
import { unreachable } from '../lib/unreachable.js';
import { childrenOf, mapChildren, type Place, type PosixNode, partsOf } from './posix-tree.js';

interface Anchor {
  readonly sign: Place;
  /** At the edge of the match. */
  readonly outside: Place;
  /** Where the match has taken bytes on that side. */
  readonly inside: Place;
}

const CARET: Anchor = { sign: 'caret', outside: 'text-start', inside: 'line-start' };
const DOLLAR: Anchor = { sign: 'dollar', outside: 'text-end', inside: 'line-end' };

const EMPTY: PosixNode = { kind: 'sequence', parts: [] };

/** The same expression without `caret` and `dollar`. */
export function settleAnchors(tree: PosixNode): PosixNode {
  return mirrored(settled(mirrored(settled(tree, CARET)), DOLLAR));
}

/** The node at the edge of the match, whatever it takes. */
function settled(node: PosixNode, anchor: Anchor): PosixNode {
  if (!holds(node, anchor)) return node;
  switch (node.kind) {
    case 'sequence': {
      // Behind the last anchor nothing depends on what was taken.
      const end = node.parts.findLastIndex((part) => holds(part, anchor)) + 1;
      return inRow([settledRow(node.parts.slice(0, end), anchor), ...node.parts.slice(end)]);
    }
    case 'choice':
      return { kind: 'choice', options: node.options.map((option) => settled(option, anchor)) };
    default:
      return either([emptyForm(node, anchor), takingForm(node, anchor)]);
  }
}

/** All parts but the last take nothing, or one of them is the first to take something. */
function settledRow(parts: readonly PosixNode[], anchor: Anchor): PosixNode {
  const last = parts.at(-1) ?? EMPTY;
  const before = parts.slice(0, -1);
  const empty = emptyForm(inRow(before), anchor);
  const taking = takingForm(inRow(before), anchor);
  return either([
    empty === null ? null : inRow([empty, settled(last, anchor)]),
    taking === null ? null : inRow([taking, insideForm(last, anchor)]),
  ]);
}

/** The ways through the node that take no byte, at the edge of the match; `null` when there is none. */
function emptyForm(node: PosixNode, anchor: Anchor): PosixNode | null {
  switch (node.kind) {
    case 'set':
      return null;
    case 'place':
      return node.place === anchor.sign ? { kind: 'place', place: anchor.outside } : node;
    case 'sequence': {
      const parts = node.parts.map((part) => emptyForm(part, anchor)).filter((part) => part !== null);
      return parts.length < node.parts.length ? null : inRow(parts);
    }
    case 'choice': {
      const options = node.options.map((option) => emptyForm(option, anchor)).filter((option) => option !== null);
      return options.length === 0 ? null : either(options);
    }
    case 'repeat':
      return node.least === 0 ? EMPTY : emptyForm(node.part, anchor);
    default:
      return unreachable(node);
  }
}

/** The ways through the node that take at least one byte, from the edge of the match on; `null` when there is none. */
function takingForm(node: PosixNode, anchor: Anchor): PosixNode | null {
  switch (node.kind) {
    case 'set':
      return node;
    case 'place':
      return null;
    case 'sequence':
      return takingRow(node.parts, anchor);
    case 'choice': {
      const options = node.options.map((option) => takingForm(option, anchor)).filter((option) => option !== null);
      return options.length === 0 ? null : either(options);
    }
    case 'repeat':
      return takingRepeat(node, anchor);
    default:
      return unreachable(node);
  }
}

/** The first half takes something, or it is empty and the second half does. Halves keep the result small. */
function takingRow(parts: readonly PosixNode[], anchor: Anchor): PosixNode | null {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first === undefined ? null : takingForm(first, anchor);
  const half = Math.ceil(parts.length / 2);
  const left = parts.slice(0, half);
  const right = parts.slice(half);
  const takingLeft = takingRow(left, anchor);
  const emptyLeft = emptyForm(inRow(left), anchor);
  const takingRight = emptyLeft === null ? null : takingRow(right, anchor);
  const ways = [
    takingLeft === null ? null : inRow([takingLeft, insideForm(inRow(right), anchor)]),
    emptyLeft === null || takingRight === null ? null : inRow([emptyLeft, takingRight]),
  ].filter((way) => way !== null);
  return ways.length === 0 ? null : either(ways);
}

/** One copy is the first to take something; those before it are empty and change nothing, for the parser lets only `*` and `?` repeat an anchor. */
function takingRepeat(node: PosixNode & { readonly kind: 'repeat' }, anchor: Anchor): PosixNode | null {
  const taking = takingForm(node.part, anchor);
  if (taking === null) return null;
  const most = node.most === null ? null : node.most - 1;
  const behind = copies(insideForm(node.part, anchor), Math.max(node.least - 1, 0), most);
  return inRow([taking, behind]);
}

/** The node where the match has taken something. */
function insideForm(node: PosixNode, anchor: Anchor): PosixNode {
  if (node.kind === 'place' && node.place === anchor.sign) return { kind: 'place', place: anchor.inside };
  return mapChildren(node, (child) => insideForm(child, anchor));
}

function holds(node: PosixNode, anchor: Anchor): boolean {
  if (node.kind === 'place') return node.place === anchor.sign;
  return childrenOf(node).some((child) => holds(child, anchor));
}

/** The node read backwards; its places stay what they are. */
function mirrored(node: PosixNode): PosixNode {
  if (node.kind === 'sequence') return { kind: 'sequence', parts: node.parts.map(mirrored).reverse() };
  return mapChildren(node, mirrored);
}

function inRow(nodes: readonly PosixNode[]): PosixNode {
  const parts = nodes.flatMap(partsOf);
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : { kind: 'sequence', parts };
}

function either(ways: readonly (PosixNode | null)[]): PosixNode {
  const [only, ...others] = ways.filter((way) => way !== null);
  if (only === undefined) return { kind: 'set', ranges: [] };
  return others.length === 0 ? only : { kind: 'choice', options: [only, ...others] };
}

function copies(part: PosixNode, least: number, most: number | null): PosixNode {
  return most === 0 ? EMPTY : { kind: 'repeat', part, least, most };
}
